package doni.worker.balena;

import doni.backend.SharedSnapshot;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The fleets that the settings name, all of them asked for at once. */
final class Applications {

  private static final Duration KEPT = Duration.ofMinutes(5);

  private record Application(long id, String name, String slug) {
    /** A slug is always in lower case; a name is compared as it is. */
    boolean isNamed(String wanted) {
      return wanted.contains("/")
          ? slug.equals(wanted.toLowerCase(Locale.ROOT))
          : name.equals(wanted);
    }
  }

  private final Rows rows;
  private final Access access;
  private final Supplier<Collection<String>> names;
  private final SharedSnapshot<List<Application>> known;

  /**
   * @param names as the settings have them now
   */
  Applications(Rows rows, Access access, Supplier<Collection<String>> names, Clock clock) {
    this.rows = rows;
    this.access = access;
    this.names = names;
    this.known = new SharedSnapshot<>(this::load, KEPT, clock);
  }

  /** The numbers of all that exist. */
  List<Long> ids() {
    return known.recent().stream().map(Application::id).sorted().toList();
  }

  Fleet.Lookup find(String name) {
    Fleet.Lookup found = among(known.recent(), name);
    if (!(found instanceof Fleet.Lookup.Unknown)) {
      return found;
    }
    Fleet.Lookup again = among(known.fresh(), name);
    if (again instanceof Fleet.Lookup.Unknown) {
      // To a bad token a fleet looks as if it did not exist.
      access.confirm();
    }
    return again;
  }

  /** One of them has vanished. */
  void forget() {
    known.forget();
  }

  private static Fleet.Lookup among(List<Application> applications, String name) {
    List<Long> ids =
        applications.stream().filter(a -> a.isNamed(name)).map(Application::id).toList();
    return switch (ids.size()) {
      case 0 -> new Fleet.Lookup.Unknown();
      case 1 -> new Fleet.Lookup.Found(ids.getFirst());
      default -> new Fleet.Lookup.Ambiguous();
    };
  }

  private List<Application> load() {
    List<Application> found = new ArrayList<>();
    List<String> wanted = names.get().stream().distinct().sorted().toList();
    if (!wanted.isEmpty()) {
      String filter =
          wanted.stream().map(Applications::condition).collect(Collectors.joining(" or "));
      for (JsonNode row : rows.of("application?$filter=" + filter + "&$select=id,app_name,slug")) {
        found.add(
            new Application(
                Rows.id(row, "id"), Rows.text(row, "app_name"), Rows.text(row, "slug")));
      }
    }
    return found;
  }

  private static String condition(String name) {
    return name.contains("/")
        ? "slug eq " + OData.literal(name.toLowerCase(Locale.ROOT))
        : "app_name eq " + OData.literal(name);
  }
}
