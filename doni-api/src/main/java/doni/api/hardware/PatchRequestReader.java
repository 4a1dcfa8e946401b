package doni.api.hardware;

import doni.api.web.ClientTextRules;
import doni.api.web.JsonBody;
import doni.hardware.JsonPatchOperation;
import doni.request.RequestRefusedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a PATCH (RFC 6902). It checks the form of each operation, not its effect on the
 * device, and ignores unknown members of an operation, as the RFC requires.
 */
public final class PatchRequestReader {

  private static final int MAX_OPERATIONS = 1_000;
  private static final int MAX_VIOLATIONS = 50;
  private static final Set<String> ROOTS =
      Set.of("name", "hardware_type", "properties", "labels", "availability");

  private final List<JsonPatchOperation> operations = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();

  private PatchRequestReader() {}

  /**
   * Reads a body.
   *
   * @throws RequestRefusedException.Invalid with every violation
   */
  public static List<JsonPatchOperation> read(JsonBody body) {
    List<?> steps = body.array();
    if (steps.size() > MAX_OPERATIONS) {
      throw new RequestRefusedException.Invalid(
          "The patch must not have more than " + MAX_OPERATIONS + " operations.");
    }
    PatchRequestReader request = new PatchRequestReader();
    for (int i = 0; i < steps.size() && request.violations.size() < MAX_VIOLATIONS; i++) {
      request.read("operation " + i, steps.get(i));
    }
    if (!request.violations.isEmpty()) {
      throw new RequestRefusedException.Invalid(request.violations);
    }
    return List.copyOf(request.operations);
  }

  private void read(String place, @Nullable Object step) {
    Map<String, Object> members = JsonBody.object(step).orElse(null);
    if (members == null) {
      violations.add(place + ": must be an object with op, path and value");
      return;
    }
    Optional<JsonPatchOperation.OperationKind> kind = kind(place, members.get("op"));
    Optional<List<String>> path = path(place, members.get("path"));
    if (kind.isEmpty() || path.isEmpty()) {
      return;
    }
    boolean removes = kind.get() == JsonPatchOperation.OperationKind.REMOVE;
    if (!removes && !members.containsKey("value")) {
      violations.add("%s (%s): value is required".formatted(place, quoted(members.get("path"))));
      return;
    }
    operations.add(
        new JsonPatchOperation(kind.get(), path.get(), removes ? null : members.get("value")));
  }

  private Optional<JsonPatchOperation.OperationKind> kind(String place, @Nullable Object op) {
    Optional<JsonPatchOperation.OperationKind> known =
        op instanceof String text
            ? Arrays.stream(JsonPatchOperation.OperationKind.values())
                .filter(operationKind -> wireName(operationKind).equals(text))
                .findFirst()
            : Optional.empty();
    if (known.isEmpty()) {
      violations.add("%s: op must be add, replace or remove, not %s".formatted(place, quoted(op)));
    }
    return known;
  }

  private static String wireName(JsonPatchOperation.OperationKind operationKind) {
    return switch (operationKind) {
      case ADD -> "add";
      case REPLACE -> "replace";
      case REMOVE -> "remove";
    };
  }

  private Optional<List<String>> path(String place, @Nullable Object path) {
    Optional<List<String>> segments =
        path instanceof String text ? pointer(text) : Optional.empty();
    if (segments.isEmpty()) {
      violations.add(
          "%s: path must be a JSON pointer that starts with /, not %s"
              .formatted(place, quoted(path)));
    } else if (!ROOTS.contains(segments.get().getFirst())) {
      violations.add(
          "%s: path %s must be at or below /name, /hardware_type, /properties, /labels or /availability"
              .formatted(place, quoted(path)));
      return Optional.empty();
    }
    return segments;
  }

  /** Parses a pointer (RFC 6901), in which {@code ~} only starts {@code ~0} and {@code ~1}. */
  private static Optional<List<String>> pointer(String text) {
    if (!text.startsWith("/") || text.replace("~0", "").replace("~1", "").contains("~")) {
      return Optional.empty();
    }
    return Optional.of(
        Arrays.stream(text.substring(1).split("/", -1))
            .map(segment -> segment.replace("~1", "/").replace("~0", "~"))
            .toList());
  }

  /** Quotes a string; other types are not expected here and might hold a secret. */
  private static String quoted(@Nullable Object value) {
    return value instanceof String text
        ? ClientTextRules.quote(text)
        : value == null ? "nothing" : "a value that is not a string";
  }
}
