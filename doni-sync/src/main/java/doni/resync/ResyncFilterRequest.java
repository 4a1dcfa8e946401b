package doni.resync;

import doni.hardware.LabelSelector;
import doni.hardwaretype.HardwareTypes;
import doni.request.RequestRefusedException.Invalid;
import doni.task.TaskState;
import doni.worker.HardwareType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates a filter as received, member by member; {@link Invalid} names every violation. */
final class ResyncFilterRequest {

  private static final String SELECTOR = "selector";
  private static final Set<String> MEMBERS =
      Set.of("worker_type", "hardware_type", "project_id", "state", "names", SELECTOR);
  private static final int MAX_LENGTH = 255;
  private static final int MAX_NAMES = 1_000;
  private static final int MAX_VIOLATIONS = 50;

  private final Map<String, Object> members;
  private final HardwareTypes types;
  private final ResyncRunStore runs;
  private final List<String> violations = new ArrayList<>();

  private ResyncFilterRequest(
      Map<String, Object> members, HardwareTypes types, ResyncRunStore runs) {
    this.members = members;
    this.types = types;
    this.runs = runs;
  }

  static ResyncFilter read(Map<String, Object> members, HardwareTypes types, ResyncRunStore runs) {
    return new ResyncFilterRequest(members, types, runs).read();
  }

  private ResyncFilter read() {
    members.keySet().stream()
        .filter(member -> !MEMBERS.contains(member))
        .forEach(member -> violations.add(quote(member) + ": is not allowed here"));
    String workerType = oneOf("worker_type", runs.workerTypes());
    String hardwareType =
        oneOf("hardware_type", types.all().stream().map(HardwareType::name).toList());
    String projectId = text("project_id");
    String state = oneOf("state", Arrays.stream(TaskState.values()).map(Enum::name).toList());
    List<String> names = names();
    LabelSelector selector = selector();
    if (!violations.isEmpty()) {
      throw new Invalid(violations.stream().limit(MAX_VIOLATIONS).toList());
    }
    return new ResyncFilter(
        workerType,
        hardwareType,
        projectId,
        state == null ? null : TaskState.valueOf(state),
        names,
        selector);
  }

  private @Nullable LabelSelector selector() {
    if (!members.containsKey(SELECTOR)) {
      return null;
    }
    if (!(members.get(SELECTOR) instanceof String text)) {
      violations.add(SELECTOR + ": must be a string");
      return null;
    }
    try {
      return LabelSelector.parse(text);
    } catch (Invalid e) {
      violations.addAll(e.violations());
      return null;
    }
  }

  private @Nullable String oneOf(String member, List<String> allowed) {
    String value = text(member);
    if (value != null && !allowed.contains(value)) {
      violations.add(
          "%s: %s is not one of %s".formatted(member, quote(value), String.join(", ", allowed)));
      return null;
    }
    return value;
  }

  private @Nullable String text(String member) {
    if (!members.containsKey(member)) {
      return null;
    }
    if (isLine(members.get(member))) {
      return (String) members.get(member);
    }
    violations.add(
        member
            + ": must be a string of 1 to "
            + MAX_LENGTH
            + " characters, none of them a control character");
    return null;
  }

  private List<String> names() {
    if (!members.containsKey("names")) {
      return List.of();
    }
    if (!(members.get("names") instanceof List<?> list)
        || list.isEmpty()
        || list.size() > MAX_NAMES
        || !list.stream().allMatch(ResyncFilterRequest::isLine)) {
      violations.add("names: must be a list of 1 to " + MAX_NAMES + " names of devices");
      return List.of();
    }
    List<String> names = list.stream().map(String::valueOf).toList();
    runs.unknown(names).forEach(name -> violations.add("names: there is no device " + quote(name)));
    return names;
  }

  private static boolean isLine(@Nullable Object value) {
    return value instanceof String text
        && !text.isEmpty()
        && text.codePointCount(0, text.length()) <= MAX_LENGTH
        && text.chars().noneMatch(Character::isISOControl);
  }

  private static String quote(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }
}
