package doni.doctor;

import doni.policy.PolicyReview;
import doni.worker.Checkup;
import java.util.List;
import org.springframework.core.env.Environment;

/** Reads the policy file. */
final class PolicyExamination {

  private PolicyExamination() {}

  static List<Checkup> look(Environment environment) {
    PolicyReview review = PolicyReview.of(environment);
    List<String> problems = review.problems();
    return problems.isEmpty()
        ? List.of(new Checkup.Right(review.source()))
        : problems.stream()
            .<Checkup>map(problem ->
                new Checkup.Wrong(
                    review.source() + ": " + problem,
                    "correct it; ./doni policy-check tells whether it is right"))
            .toList();
  }
}
