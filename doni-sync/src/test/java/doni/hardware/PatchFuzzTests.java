package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.enrollment.Secret;
import doni.hardware.JsonPatchOperation.OperationKind;
import doni.hardwaretype.HardwareTypes;
import doni.request.RequestRefusedException;
import doni.testing.SampleTypes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Patches of any operations are applied or refused; see "Fuzz a parser" in docs/engineers.md. An
 * input is one operation per line: its kind, its pointer and its value, separated by spaces.
 */
class PatchFuzzTests {

  private static final HardwareTypes TYPES = SampleTypes.create();
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final HardwareRecord STORED =
      new HardwareRecord(
          HardwareId.parse("6f1d8a52-3c0e-4b6f-9d71-2f6f3f6f0c11"),
          "dev",
          "project",
          SampleTypes.TYPE,
          Map.of(
              "required",
              "r",
              "secret",
              new Secret("s3cret"),
              "list",
              List.of("a", "b"),
              "object",
              Map.of("inner", Map.of("deep", 1))),
          Generation.FIRST,
          NOW,
          null);

  /** What a fuzzer calls; any exception that it throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) {
    List<JsonPatchOperation> operations =
        new String(input, StandardCharsets.UTF_8)
            .lines()
            .limit(20)
            .map(PatchFuzzTests::operation)
            .toList();
    try {
      HardwareJsonPatch patch = new HardwareJsonPatch(operations);
      HardwareRecord after = patch.applyTo(STORED, TYPES);
      assertThat(after.id()).isEqualTo(STORED.id());
      List<ReservationWindow> none = new ArrayList<>();
      patch.applyTo(none);
      patch.masked(after.hardwareType(), TYPES);
    } catch (RequestRefusedException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static JsonPatchOperation operation(String line) {
    String[] parts = line.split(" ", 3);
    OperationKind[] kinds = OperationKind.values();
    OperationKind kind = kinds[Math.floorMod(parts[0].hashCode(), kinds.length)];
    List<String> path = parts.length < 2 ? List.of("name") : List.of(parts[1].split("/", -1));
    return new JsonPatchOperation(kind, path, parts.length < 3 ? null : value(parts[2]));
  }

  private static @Nullable Object value(String text) {
    return switch (text.isEmpty() ? ' ' : text.charAt(0)) {
      case '{' -> Map.of(text.substring(1), "x");
      case '[' -> List.of(text.substring(1), text);
      case '#' -> text.length();
      case '!' -> true;
      case '~' -> null;
      case 's' -> Map.of("start", text, "end", "2100-01-01T00:00:00Z");
      default -> text;
    };
  }

  /** One input per line, in Base64. */
  @ParameterizedTest
  @CsvFileSource(resources = "/fuzz/PatchFuzzTests.csv")
  void readsOrRefusesEachPatchOfTheCorpus(String input) {
    fuzzerTestOneInput(Base64.getDecoder().decode(input));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a name x",
        "a properties {x",
        "a properties ~",
        "a properties/list/0 x",
        "a properties/list/- x",
        "a properties/list/-1 x",
        "a properties/list/99999999999 x",
        "a properties/list/01 x",
        "b properties/list/1",
        "c properties/object/inner/deep/x 1",
        "c properties/object/inner/deep #",
        "a properties/secret {x",
        "b properties/secret",
        "a properties/required/x y",
        "a properties/ x",
        "a properties// x",
        "a availability/- s2099-01-01T00:00:00Z",
        "a availability/0 s",
        "a availability ~",
        "b availability/6b2fbd0c-3d2c-4b8a-9d66-4f1c2a2f8a11",
        "c availability/6b2fbd0c-3d2c-4b8a-9d66-4f1c2a2f8a11/end x",
        "a uuid x",
        "a hardware_type #",
        "a hardware_type nothing",
        "a name ~\na name [\na name {"
      })
  void appliesOrRefusesEachPatch(String input) {
    for (String kind : List.of("a", "b", "c")) {
      fuzzerTestOneInput(input.replaceAll("(?m)^\\w", kind).getBytes(StandardCharsets.UTF_8));
    }
  }
}
