package doni.worker.balena;

import doni.backend.SharedSnapshot;
import doni.worker.balena.BalenaApi.AnsweredJson;
import doni.worker.balena.BalenaClient.FleetLookup;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The ids of the fleets that the configuration names, and of all device types. They differ between
 * installations; each list is read at once and kept for minutes.
 */
final class BalenaCatalog {

  private static final Duration FLEETS_TTL = Duration.ofMinutes(5);
  private static final Duration TYPES_TTL = Duration.ofMinutes(10);

  private final ODataRows rows;
  private final TokenCheck token;
  private final Supplier<Collection<String>> fleetNames;
  private final SharedSnapshot<List<NamedFleet>> fleets;
  private final SharedSnapshot<Map<String, Long>> deviceTypes;

  private record NamedFleet(long id, String name, String slug) {
    /** A slug is always in lower case; a name is compared as it is. */
    boolean isNamed(String wanted) {
      return wanted.contains("/")
          ? slug.equals(wanted.toLowerCase(Locale.ROOT))
          : name.equals(wanted);
    }
  }

  /**
   * @param fleetNames as the configuration has them now
   */
  BalenaCatalog(
      ODataRows rows, TokenCheck token, Supplier<Collection<String>> fleetNames, Clock clock) {
    this.rows = rows;
    this.token = token;
    this.fleetNames = fleetNames;
    this.fleets = new SharedSnapshot<>(this::readFleets, FLEETS_TTL, clock);
    this.deviceTypes = new SharedSnapshot<>(this::readDeviceTypes, TYPES_TTL, clock);
  }

  /** Returns the ids of the configured fleets that exist. */
  List<Long> fleetIds() {
    return fleets.recent().stream().map(NamedFleet::id).sorted().toList();
  }

  FleetLookup fleet(String name) {
    FleetLookup found = among(fleets.recent(), name);
    if (!(found instanceof FleetLookup.UnknownFleet)) {
      return found;
    }
    FleetLookup current = among(fleets.fresh(), name);
    if (current instanceof FleetLookup.UnknownFleet) {
      // To a rejected token, no fleet exists.
      token.confirm();
    }
    return current;
  }

  /** Forgets the fleets, because one of them no longer exists. */
  void forgetFleets() {
    fleets.forget();
  }

  private static FleetLookup among(List<NamedFleet> fleets, String name) {
    List<Long> ids =
        fleets.stream().filter(fleet -> fleet.isNamed(name)).map(NamedFleet::id).toList();
    return switch (ids.size()) {
      case 0 -> new FleetLookup.UnknownFleet();
      case 1 -> new FleetLookup.KnownFleet(ids.getFirst());
      default -> new FleetLookup.AmbiguousFleet();
    };
  }

  private List<NamedFleet> readFleets() {
    List<String> wanted = fleetNames.get().stream().distinct().sorted().toList();
    if (wanted.isEmpty()) {
      return List.of();
    }
    String filter =
        wanted.stream().map(BalenaCatalog::condition).collect(Collectors.joining(" or "));
    return rows.read("application?$filter=" + filter + "&$select=id,app_name,slug").stream()
        .map(row -> new NamedFleet(row.id("id"), row.text("app_name"), row.text("slug")))
        .toList();
  }

  private static String condition(String name) {
    return name.contains("/")
        ? "slug eq " + ODataRows.literal(name.toLowerCase(Locale.ROOT))
        : "app_name eq " + ODataRows.literal(name);
  }

  OptionalLong deviceTypeId(String slug) {
    Long id = deviceTypes.recent().get(slug);
    return id == null ? byAlias(slug) : OptionalLong.of(id);
  }

  private OptionalLong byAlias(String alias) {
    List<AnsweredJson> found =
        rows.read(
            "device_type?$select=id,slug&$filter=device_type_alias/any(a:a/is_referenced_by__alias eq "
                + ODataRows.literal(alias)
                + ")");
    return found.isEmpty() ? OptionalLong.empty() : OptionalLong.of(found.getFirst().id("id"));
  }

  private Map<String, Long> readDeviceTypes() {
    Map<String, Long> ids = new HashMap<>();
    // Without $select, each row holds a logo of many kilobytes.
    rows.read("device_type?$select=id,slug&$orderby=slug asc")
        .forEach(row -> ids.put(row.text("slug"), row.id("id")));
    return ids;
  }
}
