package doni.console;

import doni.api.hardware.HardwareListParameters;
import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.HardwareService;
import doni.hardware.HardwareView;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One page of a device list, with the links of its columns and of the next page. Its parameters are
 * those of the list of the API, so an address that an operator knows from one works in the other.
 *
 * @param next the address of the next page; null on the last one
 * @param first the address of the first page; null on the first one
 */
record DeviceListPage(
    String path,
    Map<String, String[]> parameters,
    List<HardwareView> devices,
    @Nullable String next,
    @Nullable String first) {

  private static final String PAGE_SIZE = "50";
  private static final String MARKER = "marker";
  private static final String PROPERTY = "properties.";

  /** Those of the API beside properties; others, as of a tracker, are ignored. */
  private static final Set<String> KNOWN =
      Set.of(
          "all_projects",
          "name",
          "hardware_type",
          "worker_type",
          "state",
          "q",
          "selector",
          "device_availability",
          "quarantined",
          "deleted",
          "created_after",
          "created_before",
          "updated_after",
          "updated_before",
          "sort_key",
          "sort_dir",
          MARKER);

  static DeviceListPage of(
      String path, Map<String, String[]> parameters, HardwareService.Page page) {
    List<HardwareView> devices = new ArrayList<>();
    page.forEachRemaining(devices::add);
    String next =
        page.nextMarker()
            .map(marker -> path + "?" + HardwareListParameters.after(parameters, marker.toString()))
            .orElse(null);
    return new DeviceListPage(
        path,
        parameters,
        List.copyOf(devices),
        next,
        parameters.containsKey(MARKER) ? path + query(without(parameters, MARKER)) : null);
  }

  /** Returns the parameters of a list; a field that is left empty in a form does not filter. */
  static Map<String, String[]> parameters(HttpServletRequest request) {
    return parameters(request, name -> KNOWN.contains(name) || name.startsWith(PROPERTY));
  }

  /** As {@link #parameters(HttpServletRequest)}, of another list. */
  static Map<String, String[]> parameters(HttpServletRequest request, Predicate<String> known) {
    Map<String, String[]> parameters = new LinkedHashMap<>();
    request
        .getParameterMap()
        .forEach((name, values) -> {
          if (known.test(name) && !Arrays.stream(values).allMatch(String::isBlank)) {
            parameters.put(name, values);
          }
        });
    return parameters;
  }

  static Map<String, String[]> withLimit(Map<String, String[]> parameters) {
    Map<String, String[]> limited = new LinkedHashMap<>(parameters);
    limited.put("limit", new String[] {PAGE_SIZE});
    return limited;
  }

  /** Returns the value of a parameter; empty if there is none. */
  public String value(String name) {
    String[] values = parameters.get(name);
    return values == null ? "" : values[0];
  }

  /** Returns whether a flag is set. */
  public boolean flag(String name) {
    return !value(name).isEmpty() && !value(name).equalsIgnoreCase("false");
  }

  /** Returns the first page, sorted by a column; in the other direction if it is so already. */
  public String sortedBy(String column) {
    Map<String, String[]> sorted = without(parameters, MARKER);
    boolean descending = sorts(column) && !isDescending();
    sorted.put("sort_key", new String[] {column});
    sorted.put("sort_dir", new String[] {descending ? "desc" : "asc"});
    return path + query(sorted);
  }

  /** Returns the address of the list, or of what is done with it, for the same devices. */
  public String of(String other) {
    return other + query(without(parameters, MARKER));
  }

  /** Returns the value of {@code aria-sort} of a column. */
  public String direction(String column) {
    if (!sorts(column)) {
      return "none";
    }
    return isDescending() ? "descending" : "ascending";
  }

  private boolean sorts(String column) {
    String key = value("sort_key");
    return (key.isEmpty() ? SortKey.CREATED_AT.name() : key).equalsIgnoreCase(column);
  }

  private boolean isDescending() {
    return value("sort_dir").toLowerCase(Locale.ROOT).equals("desc");
  }

  private static Map<String, String[]> without(Map<String, String[]> parameters, String name) {
    Map<String, String[]> rest = new LinkedHashMap<>(parameters);
    rest.remove(name);
    return rest;
  }

  /** Returns the address of the list of devices with these parameters. */
  static String address(Map<String, String[]> parameters) {
    return ConsolePaths.DEVICES + query(parameters);
  }

  static String query(Map<String, String[]> parameters) {
    return parameters.isEmpty()
        ? ""
        : parameters.entrySet().stream()
            .map(entry ->
                entry.getKey()
                    + "="
                    + URLEncoder.encode(entry.getValue()[0], StandardCharsets.UTF_8))
            .collect(Collectors.joining("&", "?", ""));
  }
}
