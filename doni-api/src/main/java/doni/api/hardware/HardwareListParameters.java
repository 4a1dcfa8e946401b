package doni.api.hardware;

import doni.api.web.QueryParameters;
import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.hardware.HardwareFilter;
import doni.hardware.HardwareListQuery;
import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.LabelSelector;
import doni.request.RequestRefusedException;
import doni.task.TaskState;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Reads the query string of a list and builds the one of the next page. */
public final class HardwareListParameters {

  private static final String SELECTOR = "selector";
  private static final String PART = "q";
  private static final String PROPERTY = "properties.";
  private static final int MAX_PART = 255;
  private static final int MAX_SELECTOR = 2_000;

  private static final List<String> COPIED =
      List.of(
          "all_projects",
          "name",
          "hardware_type",
          "worker_type",
          "state",
          SELECTOR,
          PART,
          "created_after",
          "created_before",
          "updated_after",
          "updated_before",
          "quarantined",
          "device_availability",
          "deleted",
          "sort_key",
          "sort_dir",
          "limit",
          HardwareFields.NAME);

  private enum Direction {
    ASC,
    DESC
  }

  private HardwareListParameters() {}

  public static HardwareListQuery read(Map<String, String[]> parameters) {
    QueryParameters query = new QueryParameters(parameters);
    SortKey sortKey =
        query.oneOf("sort_key", Arrays.asList(SortKey.values()), HardwareListParameters::lower);
    AvailabilityStatus availability =
        query.oneOf(
            "device_availability",
            Arrays.asList(AvailabilityStatus.values()),
            HardwareListParameters::lower);
    HardwareListQuery wanted =
        new HardwareListQuery(
            query.flag("all_projects"),
            query.text("name"),
            query.known("hardware_type"),
            query.known("worker_type"),
            query.oneOf("state", Arrays.asList(TaskState.values()), UnaryOperator.identity()),
            query.optionalFlag("quarantined"),
            query.flag("deleted"),
            sortKey == null ? SortKey.CREATED_AT : sortKey,
            query.oneOf(
                    "sort_dir", Arrays.asList(Direction.values()), HardwareListParameters::lower)
                == Direction.DESC,
            (int) query.positive("limit", 0, Integer.MAX_VALUE),
            query.uuid("marker"));
    HardwareFilter filter = filter(query);
    query.check();
    return wanted.having(availability).with(filter);
  }

  private static HardwareFilter filter(QueryParameters query) {
    return new HardwareFilter(
        query.parsed(SELECTOR, MAX_SELECTOR, LabelSelector::parse),
        query.parsed(PART, MAX_PART, HardwareListParameters::part),
        query.withPrefix(PROPERTY),
        query.time("created_after"),
        query.time("created_before"),
        query.time("updated_after"),
        query.time("updated_before"));
  }

  private static String part(String value) {
    if (value.isEmpty()) {
      throw new RequestRefusedException.Invalid(PART + ": must have at least one character");
    }
    return value;
  }

  /**
   * Reads the query string of the public export, which has live devices only.
   *
   * @throws RequestRefusedException.Invalid if deleted devices, or those of an availability, are
   *     asked for
   */
  public static HardwareListQuery readForExport(Map<String, String[]> parameters) {
    HardwareListQuery wanted = read(parameters);
    if (wanted.availability() != null) {
      throw new RequestRefusedException.Invalid(
          "device_availability: must not be set; whether devices respond is not public");
    }
    if (wanted.deleted()) {
      throw new RequestRefusedException.Invalid(
          "deleted: must not be True; deleted devices are not exported");
    }
    return wanted;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** Returns the query string of the page after the given device. */
  public static String after(Map<String, String[]> parameters, String marker) {
    StringBuilder query = new StringBuilder();
    List<String> names = new ArrayList<>(COPIED);
    parameters.keySet().stream().filter(name -> name.startsWith(PROPERTY)).forEach(names::add);
    for (String name : names) {
      String[] values = parameters.get(name);
      if (values != null && values.length == 1) {
        query
            .append(URLEncoder.encode(name, StandardCharsets.UTF_8))
            .append('=')
            .append(URLEncoder.encode(values[0], StandardCharsets.UTF_8))
            .append('&');
      }
    }
    return query.append("marker=").append(marker).toString();
  }
}
