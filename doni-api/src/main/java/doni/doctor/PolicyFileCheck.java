package doni.doctor;

import doni.policy.PolicyReview;
import doni.worker.Finding;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.env.Environment;

/** Checks the policy of the site. */
final class PolicyFileCheck {

  private PolicyFileCheck() {}

  static List<Finding> check(Environment environment) {
    PolicyReview review = PolicyReview.of(environment);
    List<Finding> findings = new ArrayList<>();
    for (String problem : review.problems()) {
      findings.add(
          new Finding.Problem(
              review.source() + " " + problem, "correct the file and run ./doni policy-check"));
    }
    for (String warning : review.warnings()) {
      findings.add(
          new Finding.Warning(
              review.source() + " " + warning, "add a role to the rule, such as role:member"));
    }
    return findings.isEmpty() ? List.of(new Finding.Ok(review.source())) : findings;
  }
}
