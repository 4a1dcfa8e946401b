package doni.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StateDetailsTests {

  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

  @Test
  void readsEachType() {
    StateDetails details =
        new StateDetails(
            Map.of(
                "text",
                "a",
                "at",
                "2026-11-28T12:00:00Z",
                "number",
                7,
                "list",
                List.of("a", 1, "b"),
                "object",
                Map.of("k", "v")));

    assertThat(details.text("text")).contains("a");
    assertThat(details.instant("at")).contains(NOON);
    assertThat(details.number("number")).contains(7L);
    assertThat(details.texts("list")).containsExactly("a", "b");
    assertThat(details.object("object")).isEqualTo(Map.of("k", "v"));
  }

  @Test
  void aSecretIsReadOnlyWhereItWasStoredAsOne() {
    StateDetails details =
        new StateDetails(Map.of("secret", new Secret("s3cret"), "text", "s3cret"));

    assertThat(details.secret("secret")).contains(new Secret("s3cret"));
    assertThat(details.secret("text")).isEmpty();
    assertThat(details.text("secret")).isEmpty();
  }

  @Test
  void treatsAnotherTypeAsAbsent() {
    StateDetails details = new StateDetails(Map.of("value", List.of(1)));

    assertThat(details.text("value")).isEmpty();
    assertThat(details.instant("value")).isEmpty();
    assertThat(details.number("value")).isEmpty();
    assertThat(details.texts("value")).isEmpty();
    assertThat(details.object("value")).isEmpty();
  }

  @Test
  void anEmptyValueRemovesWhatWasRecorded() {
    var details =
        StateDetails.report()
            .put("optional", Optional.empty())
            .put("list", List.of())
            .put("map", Map.of())
            .put("null", null)
            .build();

    assertThat(details).containsOnlyKeys("optional", "list", "map", "null");
    assertThat(details.values()).containsOnlyNulls();
  }

  @Test
  void writesTimesAsText() {
    assertThat(StateDetails.report().put("at", Optional.of(NOON)).put("since", NOON).build())
        .isEqualTo(Map.of("at", "2026-11-28T12:00:00Z", "since", "2026-11-28T12:00:00Z"));
  }
}
