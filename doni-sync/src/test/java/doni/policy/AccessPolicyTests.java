package doni.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.request.RequestRefusedException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class AccessPolicyTests {

  private static final Map<String, String> OWN = Map.of("project_id", "alice-proj");
  private static final Map<String, String> DEVICE =
      PolicyTarget.device("u", "n", "alice-proj", "device.balena");
  private static final Map<String, String> OTHER = Map.of("project_id", "bob-proj");

  private final Caller alice = caller("alice-proj", "member");
  private final Caller admin = caller("admin-proj", "ADMIN");

  @ParameterizedTest
  @ValueSource(strings = {"hardware:get", "hardware:update", "hardware:delete"})
  void letsOwnersAndAdminsAtADevice(String rule) {
    AccessPolicy policy = AccessPolicy.defaults();

    assertThat(policy.allows(rule, alice, OWN)).isTrue();
    assertThat(policy.allows(rule, alice, OTHER)).isFalse();
    assertThat(policy.allows(rule, admin, OTHER)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "hardware:get,    reader,  true,  true",
    "hardware:get,    service, false, true",
    "hardware:update, reader,  false, true",
    "hardware:update, member,  true,  true",
    "hardware:delete, reader,  false, true",
    "hardware:delete, service, false, true",
    "hardware:create, member,  false, false"
  })
  void asksForARoleUnlessTheOriginalDefaultsApply(
      String rule, String role, boolean secure, boolean original) {
    Caller caller = caller("alice-proj", role);

    assertThat(AccessPolicy.of(PolicyDefaults.SECURE).allows(rule, caller, OWN)).isEqualTo(secure);
    assertThat(AccessPolicy.of(PolicyDefaults.ORIGINAL).allows(rule, caller, OWN))
        .isEqualTo(original);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not 'baremetal':%(hardware_typ)s",
        "not role:%(owner_role)s",
        "not project_id:%(owner)s",
        "not projectid:%(project_id)s",
        "not not 'x':%(owner)s",
        "not ('x':%(owner)s and @)"
      })
  void deniesWhatItCannotEvaluateAlsoWhenNegated(String rule) throws Exception {
    assertThat(with(rule).allows("asked", alice, DEVICE)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "role:admin,          true",
    "roles:ADMIN,         true",
    "roles:admin,         false",
    "domain_id:None,      true",
    "not domain_id:None,  false",
    "system_scope:all,    false",
    "project_id:None,     false",
    "not projectid:None,  false"
  })
  void comparesCaseAndAbsentAttributesAsOsloPolicyDoes(String rule, boolean allowed)
      throws Exception {
    assertThat(with(rule).allows("asked", admin, DEVICE)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"domain_id:None", "not domain_id:x", "project_id:%(project_id)s"})
  void seesThatACallerNeedsNoRole(String rule) throws Exception {
    PolicyRuleSet rules = PolicyRuleSet.of(Map.of("asked", RuleExpressionParser.parse(rule)));

    assertThat(rules.mayAllowWithoutRole("asked")).isTrue();
  }

  @Test
  void comparesWithTheWholeDevice() throws Exception {
    AccessPolicy policy =
        with("project_id:%(project_id)s and not 'baremetal':%(hardware_type)s and 'n':%(name)s");

    assertThat(policy.allows("asked", alice, DEVICE)).isTrue();
    assertThat(
            policy.allows("asked", alice, PolicyTarget.device("u", "n", "alice-proj", "baremetal")))
        .isFalse();
    assertThat(policy.allows("asked", alice, PolicyTarget.site())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"hardware:create", "hardware:sync_all"})
  void leavesTheRestToAdmins(String rule) {
    AccessPolicy policy = AccessPolicy.defaults();

    assertThat(policy.allows(rule, alice, OWN)).isFalse();
    assertThat(policy.allows(rule, admin, OWN)).isTrue();
  }

  @Test
  void showsEveryProjectToAdminsOnly() {
    AccessPolicy policy = AccessPolicy.defaults();

    assertThat(policy.allows("hardware:get", alice, Map.of())).isFalse();
    assertThat(policy.allows("hardware:get", admin, Map.of())).isTrue();
  }

  @Test
  void refusesInTheWordsOfTheContract() {
    assertThatThrownBy(() -> AccessPolicy.defaults().enforce("hardware:get", alice, OTHER))
        .isInstanceOf(RequestRefusedException.Forbidden.class)
        .hasMessage("hardware:get is disallowed by policy");
  }

  @Test
  void deniesAnUndefinedRuleAndLogsItOnce(CapturedOutput output) {
    AccessPolicy policy = AccessPolicy.defaults();

    assertThat(policy.allows("hardware:fly", admin, OWN)).isFalse();
    assertThat(policy.allows("hardware:fly", admin, OWN)).isFalse();

    assertThat(output.getOut()).containsOnlyOnce("hardware:fly needs a rule that does not exist");
  }

  @Test
  void deniesTheNegationOfAnUndefinedRule() throws Exception {
    assertThat(with("not rule:misspelled").allows("asked", alice, OWN)).isFalse();
  }

  @Test
  void deniesAMisspelledAttributeAndSaysSoOnce(CapturedOutput output) throws Exception {
    AccessPolicy policy = with("projectid:%(project_id)s");

    assertThat(policy.allows("asked", alice, OWN)).isFalse();
    assertThat(policy.allows("asked", alice, OWN)).isFalse();

    assertThat(output.getOut()).containsOnlyOnce("asked needs projectid, which no token has");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:1/x", "not https://127.0.0.1:1/x", "not not http:x"})
  void deniesWhatAnotherServiceWouldHaveToSay(String rule) throws Exception {
    assertThat(with(rule).allows("asked", admin, OWN)).isFalse();
  }

  @Test
  void letsTheRestOfARuleDecideBesideARemoteCheck(CapturedOutput output) throws Exception {
    AccessPolicy policy = with("http://127.0.0.1:1/x or role:admin");

    assertThat(policy.allows("asked", admin, OWN)).isTrue();
    assertThat(output.getOut()).contains("asks http://127.0.0.1:1/x, which is not supported");
  }

  private static AccessPolicy with(String rule) throws PolicyFileException, RuleSyntaxException {
    Map<String, RuleExpression> rules = new HashMap<>(AccessPolicy.defaultRules());
    rules.put("asked", RuleExpressionParser.parse(rule));
    PolicyRuleSet set = PolicyRuleSet.of(rules);
    return new AccessPolicy(() -> set);
  }

  private static Caller caller(String project, String role) {
    return new Caller("some-user", "someone", project, Set.of(role), Map.of(), "req-1");
  }
}
