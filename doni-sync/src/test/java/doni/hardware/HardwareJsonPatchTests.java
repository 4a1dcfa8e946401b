package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.enrollment.Secret;
import doni.hardware.JsonPatchOperation.OperationKind;
import doni.hardwaretype.HardwareTypes;
import doni.request.RequestRefusedException.Invalid;
import doni.testing.SampleTypes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HardwareJsonPatchTests {

  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final UUID WINDOW = UUID.fromString("6b2fbd0c-3d2c-4b8a-9d66-4f1c2a2f8a11");

  private final HardwareTypes types = SampleTypes.create();
  private final HardwareRecord stored =
      new HardwareRecord(
          HardwareId.random(),
          "dev",
          "project",
          SampleTypes.TYPE,
          Map.of(
              "required",
              "r",
              "secret",
              new Secret("s3cret"),
              "token",
              new Secret("t0ken"),
              "list",
              List.of("a", "b"),
              "object",
              Map.of("inner", Map.of("deep", 1))),
          Generation.FIRST,
          NOW,
          null);

  @Test
  void changesNameAndWindowTogetherInAnyOrder() {
    JsonPatchOperation rename = replace("renamed", "name");
    JsonPatchOperation move =
        replace("2031-01-01T00:00:00Z", "availability", WINDOW.toString(), "end");

    assertThat(patch(rename, move).name()).isEqualTo("renamed");
    assertThat(patch(move, rename)).isEqualTo(patch(rename, move));
    assertThat(windows(rename, move).getFirst().end()).isEqualTo("2031-01-01T00:00:00Z");
    assertThat(windows(move, rename)).isEqualTo(windows(rename, move));
  }

  @Test
  void knowsWhetherItChangesWindows() {
    JsonPatchOperation rename = replace("renamed", "name");
    JsonPatchOperation remove =
        operation(OperationKind.REMOVE, null, "availability", WINDOW.toString());

    assertThat(new HardwareJsonPatch(List.of(rename)).changesWindows()).isFalse();
    assertThat(new HardwareJsonPatch(List.of(rename, remove)).changesWindows()).isTrue();
  }

  @Test
  void movesAWindowThatIsShortlyReversed() {
    List<ReservationWindow> moved =
        windows(
            replace("2033-01-01T00:00:00Z", "availability", WINDOW.toString(), "start"),
            replace("2034-01-01T00:00:00Z", "availability", WINDOW.toString(), "end"));

    assertThat(moved.getFirst().start()).isEqualTo("2033-01-01T00:00:00Z");
  }

  @Test
  void leavesTheOriginalAlone() {
    patch(operation(OperationKind.ADD, 2, "properties", "object", "inner", "deep"));

    assertThat(stored.properties().get("object")).isEqualTo(Map.of("inner", Map.of("deep", 1)));
  }

  @Test
  void reachesIntoObjectsAndLists() {
    HardwareRecord patched =
        patch(
            operation(OperationKind.ADD, "first", "properties", "list", "0"),
            operation(OperationKind.ADD, "last", "properties", "list", "-"),
            operation(OperationKind.REMOVE, null, "properties", "list", "1"),
            operation(OperationKind.ADD, true, "properties", "object", "a/b~c"));

    assertThat(patched.properties().get("list")).isEqualTo(List.of("first", "b", "last"));
    assertThat(patched.properties().get("object"))
        .isEqualTo(Map.of("inner", Map.of("deep", 1), "a/b~c", true));
  }

  @Test
  void keepsASecretWhoseMaskIsSentBack() {
    assertThat(patch(replace(Secret.MASK, "properties", "secret")).properties().get("secret"))
        .isEqualTo(new Secret("s3cret"));
  }

  @Test
  void keepsASecretWhoseMaskIsInWholeProperties() {
    Map<String, Object> whole = Map.of("required", "new", "secret", Secret.MASK, "token", "other");

    HardwareRecord patched = patch(replace(whole, "properties"));

    assertThat(patched.properties())
        .isEqualTo(
            Map.of(
                "required", "new", "secret", new Secret("s3cret"), "token", new Secret("other")));
  }

  @Test
  void reissuesARemovedToken() {
    assertThat(
            patch(operation(OperationKind.REMOVE, null, "properties", "token"))
                .properties()
                .get("token"))
        .isEqualTo(new Secret(SampleTypes.ISSUED));
  }

  @Test
  void reissuesAnEmptiedToken() {
    assertThat(patch(replace("", "properties", "token")).properties().get("token"))
        .isEqualTo(new Secret(SampleTypes.ISSUED));
  }

  @Test
  void removesAPropertyThatIsSetToNull() {
    assertThat(patch(operation(OperationKind.ADD, null, "properties", "list")).properties())
        .doesNotContainKey("list");
  }

  @Test
  void changesNothingWhenTheValueIsTheSame() {
    assertThat(patch(operation(OperationKind.ADD, "r", "properties", "required")).sameSpec(stored))
        .isTrue();
    assertThat(patch(replace("t0ken", "properties", "token")).sameSpec(stored)).isTrue();
  }

  @Test
  void addsAndRemovesWindows() {
    List<ReservationWindow> patched =
        windows(
            operation(
                OperationKind.ADD,
                Map.of("start", "2032-01-01T00:00:00Z", "end", "2032-02-01T00:00:00Z"),
                "availability",
                "-"),
            operation(OperationKind.REMOVE, null, "availability", WINDOW.toString()));

    assertThat(patched)
        .singleElement()
        .satisfies(window -> assertThat(window.start()).isEqualTo("2032-01-01T00:00:00Z"));
  }

  @Test
  void namesTheFieldOfAWindowThatMustBeATime() {
    assertThatThrownBy(() -> windows(replace("x", "availability", WINDOW.toString(), "start")))
        .isInstanceOf(Invalid.class)
        .hasMessageContaining("start");
  }

  @Test
  void refusesAWindowThatEndsBeforeItStarts() {
    assertThatThrownBy(() ->
            windows(replace("2029-01-01T00:00:00Z", "availability", WINDOW.toString(), "end")))
        .isInstanceOf(Invalid.class)
        .hasMessageContaining("start must be before end");
  }

  @Test
  void refusesPathsThatDoNotExist() {
    assertThatThrownBy(() -> patch(replace(1, "properties", "nope")))
        .hasMessageContaining("/properties/nope");
    assertThatThrownBy(
            () -> patch(operation(OperationKind.REMOVE, null, "properties", "list", "7")))
        .hasMessageContaining("/properties/list/7");
    assertThatThrownBy(
            () -> patch(operation(OperationKind.REMOVE, null, "properties", "list", "-")))
        .hasMessageContaining("/properties/list/-");
    assertThatThrownBy(
            () -> patch(operation(OperationKind.ADD, 1, "properties", "required", "deeper")))
        .hasMessageContaining("/properties/required/deeper");
    assertThatThrownBy(() ->
            windows(
                operation(
                    OperationKind.REMOVE, null, "availability", UUID.randomUUID().toString())))
        .hasMessageContaining("no such window");
  }

  @Test
  void refusesWhatMustNotChange() {
    assertThatThrownBy(() -> patch(replace("x", "uuid"))).hasMessageContaining("/uuid");
    assertThatThrownBy(() -> patch(operation(OperationKind.REMOVE, null, "name")))
        .hasMessageContaining("/name");
    assertThatThrownBy(() -> patch(replace(5, "name"))).hasMessageContaining("/name");
  }

  private HardwareRecord patch(JsonPatchOperation... operations) {
    return new HardwareJsonPatch(List.of(operations)).applyTo(stored, types);
  }

  private static List<ReservationWindow> windows(JsonPatchOperation... operations) {
    return new HardwareJsonPatch(List.of(operations))
        .applyTo(List.of(new ReservationWindow(WINDOW, NOW, NOW.plusSeconds(60))));
  }

  private static JsonPatchOperation replace(Object value, String... path) {
    return operation(OperationKind.REPLACE, value, path);
  }

  private static JsonPatchOperation operation(
      OperationKind operationKind, @Nullable Object value, String... path) {
    return new JsonPatchOperation(operationKind, List.of(path), value);
  }
}
