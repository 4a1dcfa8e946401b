package doni.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The service passes what {@code policy-check} says that it passes. */
class PolicyTargetTests {

  private final Caller caller = new Caller("u", "u", "p", Set.of("member"), Map.of(), "req-1");

  @ParameterizedTest
  @MethodSource("doni.policy.AccessPolicy#questions")
  void aRuleOfTheOwnProjectGetsAttributesThatItHas(String rule) {
    Set<String> attributes = PolicyTarget.attributes(rule);

    if (attributes.contains("project_id")) {
      assertThat(attributes).containsAll(PolicyTarget.ownProject(rule, caller).keySet());
    }
  }

  @ParameterizedTest
  @MethodSource("doni.policy.AccessPolicy#questions")
  void onlyAnEnrollmentHasAUser(String rule) {
    assertThat(PolicyTarget.ownProject(rule, caller).containsKey("user_id"))
        .isEqualTo(Set.of("hardware:create", "hardware:import").contains(rule));
  }
}
