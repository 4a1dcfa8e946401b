package doni.cli;

import doni.policy.Caller;
import doni.policy.PolicyReview;
import doni.policy.PolicyReview.PolicyDecision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code doni policy-check}: evaluates the policy without a running service. */
@Command(
    name = "policy-check",
    description = {
      "Shows whether the policy allows an action and which rule decides. Without --rule, it checks the policy file for"
          + " mistakes.",
      SettingsCommand.SETTINGS
    },
    footer = {
      "",
      "Exit code: 0 allowed, or no problems found; 1 the policy is invalid or has problems; 2 invalid arguments;"
          + " 3 denied.",
      "",
      "Examples:",
      "  doni policy-check --doni.policy-file=policy.yaml",
      "  doni policy-check --rule hardware:create --roles member",
      "  doni policy-check --rule hardware:update --roles member --project p1 --target project_id=p2"
    },
    mixinStandardHelpOptions = true)
final class PolicyCheckCommand extends SettingsCommand {

  static final int DENIED = 3;

  @Option(names = "--rule", description = "Rule to evaluate, for example hardware:create.")
  private @Nullable String rule;

  @Option(
      names = "--roles",
      split = ",",
      paramLabel = "ROLE",
      description = "Roles of the caller, separated by commas.")
  private final List<String> roles = new ArrayList<>();

  @Option(names = "--project", paramLabel = "ID", description = "Project ID of the caller's token.")
  private @Nullable String project;

  @Option(names = "--user", paramLabel = "ID", description = "User ID of the caller.")
  private @Nullable String user;

  @Option(
      names = "--target",
      paramLabel = "KEY=VALUE",
      description =
          "Attribute of the device: uuid, name, project_id or hardware_type; without one, devices of every project.")
  private final Map<String, String> target = new HashMap<>();

  @Override
  int work(ConfigurableEnvironment environment) {
    if (rule == null && !(roles.isEmpty() && project == null && user == null && target.isEmpty())) {
      throw refused("--roles, --project, --user and --target require --rule");
    }
    PolicyReview review = PolicyReview.of(environment);
    if (rule == null) {
      return lint(review);
    }
    if (!review.isUsable()) {
      return failed(review.source() + " " + String.join("; ", review.problems()));
    }
    if (!review.rules().contains(rule)) {
      throw refused(
          "--rule: unknown rule '%s'; allowed: %s"
              .formatted(rule, String.join(", ", review.rules())));
    }
    return print(review, rule, review.decide(rule, caller(), target(review, rule)));
  }

  /** Returns the target that the service would pass to the rule. */
  private Map<String, String> target(PolicyReview review, String asked) {
    for (String attribute : target.keySet()) {
      if (!review.targetAttributes(asked).contains(attribute)) {
        throw refused(
            "--target: unknown attribute '%s' of %s; allowed: %s"
                .formatted(
                    attribute,
                    asked,
                    review.targetAttributes(asked).isEmpty()
                        ? "none"
                        : String.join(", ", review.targetAttributes(asked))));
      }
    }
    Map<String, String> complete = new HashMap<>(target);
    if (review.isAboutProject(asked)) {
      complete.putIfAbsent("project_id", project == null ? "" : project);
      complete.putIfAbsent("user_id", user == null ? "" : user);
    }
    if (!review.missing(asked, complete).isEmpty()) {
      throw refused(
          "--target: rule %s needs %s"
              .formatted(asked, String.join(", ", review.missing(asked, complete))));
    }
    return complete;
  }

  private Caller caller() {
    Map<String, String> attributes = new HashMap<>();
    if (user != null) {
      attributes.put("user_id", user);
    }
    if (project != null) {
      attributes.put("project_id", project);
    }
    return new Caller(
        user == null ? "" : user,
        "",
        project == null ? "" : project,
        Set.copyOf(roles),
        attributes,
        "");
  }

  private int lint(PolicyReview review) {
    if (json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("source", review.source());
      document.put("usable", review.isUsable());
      document.put("problems", review.problems());
      document.put("warnings", review.warnings());
      printJson(document);
    } else {
      out().println(review.source());
      review.problems().forEach(problem -> out().println("FAIL " + problem));
      review
          .warnings()
          .forEach(
              warning -> out().println("WARN " + warning + "; add a role, such as role:member"));
      if (review.problems().isEmpty()) {
        out().println("no problems found");
      }
    }
    out().flush();
    return review.problems().isEmpty() ? 0 : 1;
  }

  private int print(PolicyReview review, String asked, PolicyDecision decision) {
    if (json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("rule", asked);
      document.put("allowed", decision.allowed());
      document.put("because", decision.because());
      document.put("path", decision.path());
      document.put("source", review.source());
      printJson(document);
    } else {
      out()
          .println(
              (decision.allowed() ? "allowed: " : "denied: ")
                  + asked
                  + ", by "
                  + decision.because());
      for (PolicyDecision.DecisionStep decisionStep : decision.path()) {
        out()
            .printf(
                "  %-22s %s (%s)%n",
                decisionStep.rule(),
                decisionStep.text().isEmpty()
                    ? "does not exist, so it denies"
                    : decisionStep.text(),
                review.isWritten(decisionStep.rule()) ? "policy file" : "default");
      }
    }
    out().flush();
    return decision.allowed() ? 0 : DENIED;
  }

  private void printJson(Map<String, Object> document) {
    out().println(JsonMapper.shared().writeValueAsString(document));
  }
}
