package doni.api.hardware;

import doni.api.web.ClientTextRules;
import doni.api.web.JsonBody;
import doni.hardware.HardwareService;
import doni.request.RequestRefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the body of an enrollment: an object with three members, and optional labels. */
public final class EnrollmentRequestReader {

  private static final String LABELS = "labels";
  private static final Set<String> MEMBERS = Set.of("name", "hardware_type", "properties", LABELS);
  private static final int MAX_LENGTH = 255;
  private static final int MAX_VIOLATIONS = 50;

  private final Map<String, Object> members;
  private final List<String> violations = new ArrayList<>();

  private EnrollmentRequestReader(Map<String, Object> members) {
    this.members = members;
  }

  /**
   * Reads a body.
   *
   * @throws RequestRefusedException.Invalid with every violation
   */
  public static HardwareService.Request read(JsonBody body) {
    return new EnrollmentRequestReader(body.object()).bind();
  }

  private HardwareService.Request bind() {
    members.keySet().stream()
        .filter(member -> !MEMBERS.contains(member))
        .limit(MAX_VIOLATIONS)
        .forEach(member -> violations.add(ClientTextRules.quote(member) + ": is not allowed here"));
    HardwareService.Request request =
        new HardwareService.Request(line("name"), line("hardware_type"), properties(), labels());
    if (!violations.isEmpty()) {
      throw new RequestRefusedException.Invalid(violations);
    }
    return request;
  }

  private @Nullable String line(String member) {
    Object value = members.get(member);
    if (isMissing(member)) {
      return null;
    }
    if (value instanceof String text && !text.isEmpty()) {
      if (text.codePointCount(0, text.length()) <= MAX_LENGTH && ClientTextRules.isLine(text)) {
        return text;
      }
    }
    violations.add(
        member
            + ": must be a string of 1 to "
            + MAX_LENGTH
            + " characters without control characters");
    return null;
  }

  private @Nullable Map<String, Object> properties() {
    if (isMissing("properties")) {
      return null;
    }
    Optional<Map<String, Object>> properties = JsonBody.object(members.get("properties"));
    if (properties.isEmpty()) {
      violations.add("properties: must be an object");
    }
    return properties.orElse(null);
  }

  private @Nullable Map<String, Object> labels() {
    Object value = members.get(LABELS);
    Optional<Map<String, Object>> labels = JsonBody.object(value);
    if (value != null && labels.isEmpty()) {
      violations.add(LABELS + ": must be an object of strings");
    }
    return labels.orElse(null);
  }

  private boolean isMissing(String member) {
    boolean missing = !members.containsKey(member);
    if (missing) {
      violations.add(member + ": is required");
    }
    return missing;
  }
}
