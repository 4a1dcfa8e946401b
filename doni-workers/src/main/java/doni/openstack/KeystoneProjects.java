package doni.openstack;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Projects by {@code GET /v3/projects/{id}} and {@code GET /v3/projects?name=} (Identity API v3).
 * Our user must be allowed to both.
 */
final class KeystoneProjects implements ProjectLookup {

  private static final Duration FOUND_LASTS = Duration.ofMinutes(5);

  /** Somebody who makes the project that was missing need not wait long. */
  private static final Duration NOT_FOUND_LASTS = Duration.ofSeconds(30);

  private static final int MOST_REMEMBERED = 10_000;

  /** Whatever else a name may hold, an id is this. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  private record Remembered(Found found, Instant until) {}

  private final KeystoneLogin identity;
  private final Clock clock;
  private final Map<String, Remembered> remembered = new ConcurrentHashMap<>();

  KeystoneProjects(KeystoneLogin identity, Clock clock) {
    this.identity = identity;
    this.clock = clock;
  }

  @Override
  public Found find(String idOrName) {
    Remembered known = remembered.get(idOrName);
    if (known != null && clock.instant().isBefore(known.until())) {
      return known.found();
    }
    Found found = ask(idOrName);
    remember(idOrName, found);
    return found;
  }

  private void remember(String idOrName, Found found) {
    Instant now = clock.instant();
    if (remembered.size() >= MOST_REMEMBERED) {
      remembered.values().removeIf(one -> !now.isBefore(one.until()));
    }
    if (remembered.size() < MOST_REMEMBERED) {
      Duration lasts = found instanceof Found.One ? FOUND_LASTS : NOT_FOUND_LASTS;
      remembered.put(idOrName, new Remembered(found, now.plus(lasts)));
    }
  }

  private Found ask(String idOrName) {
    if (ID.matcher(idOrName).matches()) {
      ServiceResponse answer = identity.get("/projects/" + idOrName);
      if (answer.status() != 404) {
        String id = answer.orRefused().body().path("project").path("id").asString("");
        if (!id.isEmpty()) {
          return new Found.One(id);
        }
      }
    }
    return byName(idOrName);
  }

  private Found byName(String name) {
    JsonNode projects =
        identity
            .get("/projects?name=" + ServiceRequest.segment(name))
            .orRefused()
            .body()
            .path("projects");
    List<String> ids = new ArrayList<>();
    for (JsonNode project : projects) {
      // Keystone's database may compare names without regard to case.
      if (project.path("name").asString("").equals(name)) {
        ids.add(project.path("id").asString(""));
      }
    }
    return switch (ids.size()) {
      case 0 -> new Found.None();
      case 1 -> new Found.One(ids.getFirst());
      default -> new Found.Several(ids);
    };
  }
}
