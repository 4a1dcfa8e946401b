package doni.api.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.api.web.JsonBody;
import doni.hardware.HardwareService;
import doni.hardware.JsonPatchOperation;
import doni.request.RequestRefusedException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BindingTests {

  private static JsonBody patch(Map<String, Object> step) {
    return new JsonBody(List.of(step));
  }

  @Test
  void bindsAnEnrollment() {
    HardwareService.Request request =
        EnrollmentRequestReader.read(
            new JsonBody(
                Map.of("name", "edge-01", "hardware_type", "t", "properties", Map.of("a", 1))));

    assertThat(request).isEqualTo(new HardwareService.Request("edge-01", "t", Map.of("a", 1)));
  }

  @Test
  void bindsLabels() {
    Map<String, Object> members =
        Map.of(
            "name", "n", "hardware_type", "t", "properties", Map.of(), "labels", Map.of("a", ""));

    assertThat(EnrollmentRequestReader.read(new JsonBody(members)).labels())
        .isEqualTo(Map.of("a", ""));
    assertThatThrownBy(
            () -> EnrollmentRequestReader.read(new JsonBody(Map.of("labels", List.of("a")))))
        .hasMessageContaining("labels: must be an object of strings");
  }

  @Test
  void namesEverythingThatIsWrongWithAnEnrollment() {
    JsonBody body = new JsonBody(Map.of("name", 1, "properties", List.of(), "project_id", "p"));

    assertThatThrownBy(() -> EnrollmentRequestReader.read(body))
        .isInstanceOfSatisfying(
            RequestRefusedException.Invalid.class,
            e ->
                assertThat(e.violations())
                    .hasSize(4)
                    .anyMatch(v -> v.startsWith("project_id:"))
                    .anyMatch(v -> v.startsWith("name:"))
                    .anyMatch(v -> v.startsWith("hardware_type: is required"))
                    .anyMatch(v -> v.startsWith("properties:")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "a\u007fb", "\u0085"})
  void refusesANameThatDoesNotFitOnALine(String name) {
    JsonBody body =
        new JsonBody(Map.of("name", name, "hardware_type", "t", "properties", Map.of()));

    assertThatThrownBy(() -> EnrollmentRequestReader.read(body))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageStartingWith("name: must be");
  }

  @Test
  void countsANamesCharactersAndNotItsSurrogates() {
    String longest = "\ud83d\ude00".repeat(255);
    Map<String, Object> rest = Map.of("hardware_type", "t", "properties", Map.of());

    assertThat(EnrollmentRequestReader.read(with(rest, longest)).name()).isEqualTo(longest);
    assertThatThrownBy(() -> EnrollmentRequestReader.read(with(rest, longest + "x")))
        .isInstanceOf(RequestRefusedException.Invalid.class);
  }

  private static JsonBody with(Map<String, Object> rest, String name) {
    Map<String, Object> members = new HashMap<>(rest);
    members.put("name", name);
    return new JsonBody(members);
  }

  @Test
  void bindsAPatch() {
    List<JsonPatchOperation> patch =
        PatchRequestReader.read(
            new JsonBody(
                List.of(
                    Map.of("op", "add", "path", "/properties/a~1b/c~0d/-", "value", List.of(1)),
                    Map.of("op", "remove", "path", "/properties/x", "value", "ignored"))));

    assertThat(patch)
        .containsExactly(
            new JsonPatchOperation(
                JsonPatchOperation.OperationKind.ADD,
                List.of("properties", "a/b", "c~d", "-"),
                List.of(1)),
            new JsonPatchOperation(
                JsonPatchOperation.OperationKind.REMOVE, List.of("properties", "x"), null));
  }

  @Test
  void bindsAnEmptyPatch() {
    assertThat(PatchRequestReader.read(new JsonBody(List.of()))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"move", "copy", "test", "ADD", "", "add "})
  void namesAnOperationThatIsNotAllowed(String op) {
    assertThatThrownBy(() -> PatchRequestReader.read(patch(Map.of("op", op, "path", "/name"))))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageContaining("op must be add, replace or remove, not " + op);
  }

  @ParameterizedTest
  @CsvSource({"name", "''", "properties/a", "/properties/~2", "/properties/a~"})
  void namesAPathThatIsNoPointer(String path) {
    assertThatThrownBy(
            () -> PatchRequestReader.read(patch(Map.of("op", "add", "path", path, "value", 1))))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageContaining("path must be a JSON pointer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/uuid", "/", "/project_id", "/workers/0/state", "/Name", "//name"})
  void namesAPathThatCannotBeChanged(String path) {
    assertThatThrownBy(
            () -> PatchRequestReader.read(patch(Map.of("op", "add", "path", path, "value", 1))))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessage(
            "operation 0: path "
                + path
                + " must be at or below /name, /hardware_type, /properties, /labels or /availability");
  }

  @Test
  void wantsAValueToAddButNotToRemove() {
    assertThat(PatchRequestReader.read(patch(Map.of("op", "remove", "path", "/properties/a"))))
        .hasSize(1);
    assertThatThrownBy(
            () -> PatchRequestReader.read(patch(Map.of("op", "add", "path", "/properties/a"))))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageContaining("(/properties/a): value is required");
  }

  @Test
  void namesEveryBadOperation() {
    JsonBody body = new JsonBody(List.of(1, Map.of("op", "x"), Map.of("op", "add", "path", 1)));

    assertThatThrownBy(() -> PatchRequestReader.read(body))
        .isInstanceOfSatisfying(
            RequestRefusedException.Invalid.class, e -> assertThat(e.violations()).hasSize(4));
  }

  @Test
  void refusesAPatchWithoutEnd() {
    JsonBody body = new JsonBody(Collections.nCopies(1_001, Map.of()));

    assertThatThrownBy(() -> PatchRequestReader.read(body))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessage("The patch must not have more than 1000 operations.");
  }

  @Test
  void refusesABodyThatIsNotWhatItMustBe() {
    assertThatThrownBy(() -> EnrollmentRequestReader.read(new JsonBody(List.of())))
        .hasMessageContaining("object");
    assertThatThrownBy(() -> PatchRequestReader.read(new JsonBody(Map.of())))
        .hasMessageContaining("array");
  }
}
