package doni.doctor;

import doni.policy.PolicyReview;
import doni.worker.Finding;
import java.util.List;
import org.springframework.core.env.Environment;

/** Reads the policy file. */
final class PolicyCheck {

  private PolicyCheck() {}

  static List<Finding> look(Environment environment) {
    PolicyReview review = PolicyReview.of(environment);
    List<String> problems = review.problems();
    return problems.isEmpty()
        ? List.of(new Finding.Ok(review.source()))
        : problems.stream()
            .<Finding>map(problem ->
                new Finding.Problem(
                    review.source() + ": " + problem,
                    "correct it; ./doni policy-check tells whether it is right"))
            .toList();
  }
}
