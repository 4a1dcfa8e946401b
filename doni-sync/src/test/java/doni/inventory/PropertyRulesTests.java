package doni.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import doni.device.Secret;
import doni.testing.SampleTypes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class PropertyRulesTests {

  private final PropertyRules rules = new PropertyRules(SampleTypes.create(), JsonMapper.shared());

  @Test
  void acceptsAValidEnrollment() {
    assertThat(violations(Map.of("required", "r", "list", List.of("a"), "secret", new Secret("s"))))
        .isEmpty();
  }

  @Test
  void listsEveryViolationWithItsPath() {
    assertThat(violations(Map.of("list", List.of("a", 2), "bogus", 1)))
        .hasSize(3)
        .anySatisfy(text -> assertThat(text).contains("required"))
        .anySatisfy(text -> assertThat(text).contains("bogus"))
        .anySatisfy(text -> assertThat(text).startsWith("/properties/list/1:"));
  }

  @Test
  void checksFieldsOfEnabledWorkers() {
    assertThat(violations(Map.of("required", "r", "stored", 1)))
        .singleElement()
        .satisfies(text -> assertThat(text).startsWith("/properties/stored:"));
  }

  @Test
  void asksTheTypesOwnRulesWhenTheSchemasAreMet() {
    assertThat(violations(Map.of("required", "r", "declared", "forbidden")))
        .containsExactly("/properties/declared: is not allowed");
    assertThat(violations(Map.of("declared", "forbidden")))
        .singleElement()
        .satisfies(text -> assertThat(text).contains("required"));
  }

  @Test
  void checksTheNameAsTheWorkersDemandIt() {
    assertThat(rules.violations(SampleTypes.TYPE, "n".repeat(21), Map.of("required", "r")))
        .singleElement()
        .satisfies(text -> assertThat(text).startsWith("/name:"));
  }

  @Test
  void refusesAnUnknownTypeAndSaysWhichThereAre() {
    assertThat(rules.violations("toaster", "dev", Map.of()))
        .singleElement()
        .satisfies(text -> assertThat(text).contains("toaster").contains(SampleTypes.TYPE));
  }

  @Test
  void refusesAMaskWhereNoSecretIsStored() {
    assertThat(violations(Map.of("required", "r", "secret", Secret.MASK)))
        .singleElement()
        .satisfies(text -> assertThat(text).startsWith("/properties/secret:"));
  }

  @Test
  void showsNoValueOfASecretField() {
    Map<String, Object> wrong =
        Map.of("required", "r", "secret", List.of("s3cret"), "token", List.of("s3cret"));

    assertThat(violations(wrong)).hasSize(2).noneMatch(text -> text.contains("s3cret"));
  }

  private List<String> violations(Map<String, Object> properties) {
    return rules.violations(SampleTypes.TYPE, "dev", properties);
  }
}
