package doni.console;

import doni.enrollment.HardwareId;
import doni.event.HardwareEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One page of events, newest first. Its parameters are those of the events of the API.
 *
 * @param names of the devices that still exist
 * @param older the address of the next page; null on the last one
 * @param newest the address of the first page; null on the first one
 */
record ActivityPage(
    Map<String, String[]> parameters,
    List<HardwareEvent> events,
    Map<HardwareId, String> names,
    @Nullable String older,
    @Nullable String newest) {

  static final String BEFORE = "before";

  static ActivityPage of(
      Map<String, String[]> parameters,
      List<HardwareEvent> events,
      Map<HardwareId, String> names,
      int most) {
    Map<String, String[]> next = new LinkedHashMap<>(parameters);
    next.remove(BEFORE);
    String first = ConsolePaths.ACTIVITY + DeviceListPage.query(next);
    String older = null;
    if (events.size() == most) {
      next.put(BEFORE, new String[] {Long.toString(events.getLast().id())});
      older = ConsolePaths.ACTIVITY + DeviceListPage.query(next);
    }
    return new ActivityPage(
        parameters, events, names, older, parameters.containsKey(BEFORE) ? first : null);
  }

  /** Returns the value of a parameter; empty if there is none. */
  public String value(String name) {
    String[] values = parameters.get(name);
    return values == null ? "" : values[0];
  }

  /** Returns the address of the part that changes. */
  public String live(String version) {
    Map<String, String[]> seen = new LinkedHashMap<>(parameters);
    seen.put(LiveFragment.SEEN, new String[] {version});
    return ConsolePaths.ACTIVITY + "/live" + DeviceListPage.query(seen);
  }

  String version() {
    return LiveFragment.version(List.of(events, names));
  }
}
