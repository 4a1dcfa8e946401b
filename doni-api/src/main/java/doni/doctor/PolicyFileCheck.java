package doni.doctor;

import doni.policy.PolicyReview;
import doni.worker.Finding;
import java.util.List;
import org.springframework.core.env.Environment;

/** Checks the policy file. */
final class PolicyFileCheck {

  private PolicyFileCheck() {}

  static List<Finding> check(Environment environment) {
    PolicyReview review = PolicyReview.of(environment);
    List<String> problems = review.problems();
    return problems.isEmpty()
        ? List.of(new Finding.Ok(review.source()))
        : problems.stream()
            .<Finding>map(problem ->
                new Finding.Problem(
                    review.source() + " " + problem,
                    "correct the file and run ./doni policy-check"))
            .toList();
  }
}
