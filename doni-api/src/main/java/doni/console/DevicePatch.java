package doni.console;

import doni.api.web.JsonBody;
import doni.console.DeviceForm.InputGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The change from what a page showed of a device to what its user sent.
 *
 * @param shown without errors
 */
record DevicePatch(DeviceForm shown, DeviceForm sent) {

  /**
   * Returns the JSON patch. A secret that is left empty is left alone.
   *
   * @param removed the pointers of secrets to be removed
   */
  JsonBody operations(List<String> removed) {
    Map<String, Object> members = sent.members();
    List<Map<String, Object>> operations = new ArrayList<>();
    for (InputGroup group : sent.groups()) {
      PropertyInput first = group.inputs().getFirst();
      List<String> path = DeviceForm.head(first);
      if (first.kind() == PropertyInput.InputKind.LABELS) {
        operations.addAll(labelOperations());
      } else if (group.inputs().stream().anyMatch(this::isChanged)) {
        operations.add(operation(path, DeviceForm.value(members, path)));
      } else if (first.isSecret() && removed.contains(first.pointer())) {
        operations.add(operation(path, null));
      }
    }
    return DeviceForm.json(operations);
  }

  private boolean isChanged(PropertyInput input) {
    return !sent.text(input).equals(shown.text(input));
  }

  private List<Map<String, Object>> labelOperations() {
    Map<String, Object> after = labels(sent);
    return changedLabels().stream()
        .map(key -> operation(List.of("labels", key), after.get(key)))
        .toList();
  }

  /**
   * Returns whether the patch overwrites a label that someone else changed since the page was
   * shown. Labels do not count for the generation of a device, so it does not tell.
   *
   * @param present the labels of the device
   */
  boolean overwritesLabels(Map<String, String> present) {
    Map<String, Object> before = labels(shown);
    Map<String, Object> after = labels(sent);
    return changedLabels().stream()
        .anyMatch(key ->
            !Objects.equals(before.get(key), present.get(key))
                && !Objects.equals(after.get(key), present.get(key)));
  }

  private SortedSet<String> changedLabels() {
    Map<String, Object> before = labels(shown);
    Map<String, Object> after = labels(sent);
    SortedSet<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(after.keySet());
    keys.removeIf(key -> Objects.equals(before.get(key), after.get(key)));
    return keys;
  }

  private static Map<String, Object> labels(DeviceForm form) {
    return JsonBody.object(form.members().get("labels")).orElse(Map.of());
  }

  /** An operation that replaces a value or, with null, removes one that may be there. */
  private static Map<String, Object> operation(List<String> path, @Nullable Object value) {
    Map<String, Object> operation = new LinkedHashMap<>();
    operation.put("op", "add");
    operation.put("path", DeviceForm.pointer(path));
    operation.put("value", value);
    return operation;
  }
}
