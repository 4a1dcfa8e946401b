package doni.hardwaretype;

import doni.worker.HardwareType;
import doni.worker.WorkerField;
import java.util.List;
import java.util.Map;

/** Hardware that does not exist, for trying the service out. */
final class FakeHardwareType {

  static final String NAME = "fake-hardware";

  private FakeHardwareType() {}

  static HardwareType create() {
    Map<String, Object> text = Map.of("type", "string");
    return new HardwareType(
        NAME,
        List.of("fake-worker"),
        List.of(
            WorkerField.of("default_field", text),
            WorkerField.of("default_required_field", text).asRequired()));
  }
}
