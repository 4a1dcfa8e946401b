package doni.command;

import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The options that choose devices, as parameters of a list. */
final class DeviceFilter {

  /** Small enough that a command needs little memory for any number of devices. */
  private static final int PAGE = 500;

  private DeviceFilter() {}

  static CommandSpec addTo(CommandSpec spec) {
    return addFilters(spec)
        .option("--sort", "KEY", "created_at, updated_at, name, uuid, project_id or hardware_type.")
        .flag("--desc", "Sorts in descending order.")
        .option("--limit", "N", "At most this many devices.");
  }

  /** Adds the options of a command that has no use for an order. */
  static CommandSpec addFilters(CommandSpec spec) {
    return spec.option("-l,--selector", "SELECTOR", "Labels, such as site=north,role!=test.")
        .option("-q,--query", "TEXT", "Part of a name.")
        .option("--name", "NAME", "Only the device with this name.")
        .option("--state", "STATE", "PENDING, IN_PROGRESS, STEADY or ERROR.")
        .option("--worker-type", "TYPE", "Only devices of this worker.")
        .option("--hardware-type", "TYPE", "Only devices of this type.")
        .option("--availability", "WORD", "online, degraded, offline or never_seen.")
        .flag("--quarantined", "Only devices in quarantine.")
        .option("--filter", "NAME=VALUE", "Any other parameter of the list; can be repeated.");
  }

  /** Returns the query of the options, which begins with a question mark unless it is empty. */
  static String query(CommandArguments arguments) {
    List<String> query = new ArrayList<>();
    add(query, "selector", arguments, "--selector");
    add(query, "q", arguments, "--query");
    add(query, "name", arguments, "--name");
    add(query, "state", arguments, "--state");
    add(query, "worker_type", arguments, "--worker-type");
    add(query, "hardware_type", arguments, "--hardware-type");
    add(query, "device_availability", arguments, "--availability");
    add(query, "sort_key", arguments, "--sort");
    flag(query, "quarantined=true", arguments, "--quarantined");
    flag(query, "sort_dir=desc", arguments, "--desc");
    flag(query, "deleted=true", arguments, "--deleted");
    flag(query, "all_projects=true", arguments, "--all-projects");
    for (String filter : arguments.all("--filter")) {
      int equals = filter.indexOf('=');
      if (equals < 1) {
        throw new CommandUsageException("--filter: must be NAME=VALUE, not '" + filter + "'");
      }
      query.add(
          ServiceApiClient.segment(filter.substring(0, equals))
              + "="
              + ServiceApiClient.segment(filter.substring(equals + 1)));
    }
    return String.join("&", query);
  }

  private static void add(
      List<String> query, String name, CommandArguments arguments, String option) {
    arguments
        .value(option)
        .ifPresent(value -> query.add(name + "=" + ServiceApiClient.segment(value)));
  }

  private static void flag(
      List<String> query, String parameter, CommandArguments arguments, String option) {
    if (arguments.has(option)) {
      query.add(parameter);
    }
  }

  /**
   * Reads a list page by page.
   *
   * @param member of the response that holds the elements
   * @param limit greatest number of elements
   */
  static void forEach(
      ServiceApiClient client,
      String path,
      String query,
      String member,
      int limit,
      Consumer<JsonValue> elements) {
    forEach(client, path, query, member, limit, PAGE, elements);
  }

  /** As the other one, with at most this many elements per page. */
  static void forEach(
      ServiceApiClient client,
      String path,
      String query,
      String member,
      int limit,
      int pageSize,
      Consumer<JsonValue> elements) {
    int left = limit;
    String next =
        path + "?limit=" + Math.min(pageSize, left) + (query.isEmpty() ? "" : "&" + query);
    while (!next.isEmpty()) {
      JsonValue page = client.get(next);
      for (JsonValue element : page.path(member).elements()) {
        if (left-- > 0) {
          elements.accept(element);
        }
      }
      next = left > 0 ? next(page) : "";
    }
  }

  /** Returns path and query of the link to the next page; an empty text on the last page. */
  private static String next(JsonValue page) {
    for (JsonValue link : page.path("links").elements()) {
      if (link.path("rel").text().equals("next")) {
        URI uri = URI.create(link.path("href").text());
        return uri.getRawPath() + "?" + uri.getRawQuery();
      }
    }
    return "";
  }
}
