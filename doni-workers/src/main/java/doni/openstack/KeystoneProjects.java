package doni.openstack;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.openstack4j.model.identity.v3.Project;

/**
 * Projects by {@code GET /v3/projects/{id}} and {@code GET /v3/projects?name=} (Identity API v3).
 * The service user must be allowed both.
 */
final class KeystoneProjects implements ProjectLookup {

  private static final Duration FOUND_TTL = Duration.ofMinutes(5);

  /** Short, so that a project created after it was missed is found soon. */
  private static final Duration NOT_FOUND_TTL = Duration.ofSeconds(30);

  private static final int MAX_CACHED = 10_000;

  /** A project's id matches; some names do too. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  private record CachedResult(Found found, Instant until) {}

  private final KeystoneSession session;
  private final Clock clock;
  private final Map<String, CachedResult> cache = new ConcurrentHashMap<>();

  KeystoneProjects(KeystoneSession session, Clock clock) {
    this.session = session;
    this.clock = clock;
  }

  @Override
  public Found find(String idOrName) {
    CachedResult cached = cache.get(idOrName);
    if (cached != null && clock.instant().isBefore(cached.until())) {
      return cached.found();
    }
    Found found = ask(idOrName);
    remember(idOrName, found);
    return found;
  }

  private void remember(String idOrName, Found found) {
    Instant now = clock.instant();
    if (cache.size() >= MAX_CACHED) {
      cache.values().removeIf(one -> !now.isBefore(one.until()));
    }
    if (cache.size() < MAX_CACHED) {
      Duration ttl = found instanceof Found.One ? FOUND_TTL : NOT_FOUND_TTL;
      cache.put(idOrName, new CachedResult(found, now.plus(ttl)));
    }
  }

  private Found ask(String idOrName) {
    if (ID.matcher(idOrName).matches()) {
      Project project = session.ask(identity -> identity.projects().get(idOrName));
      if (project != null && project.getId() != null) {
        return new Found.One(project.getId());
      }
    }
    return byName(idOrName);
  }

  private Found byName(String name) {
    List<? extends Project> projects =
        Objects.requireNonNullElse(
            session.<List<? extends Project>>ask(identity -> identity.projects().getByName(name)),
            List.of());
    List<String> ids =
        projects.stream()
            // Keystone's database may compare names without regard to case.
            .filter(project -> name.equals(project.getName()))
            .map(Project::getId)
            .toList();
    return switch (ids.size()) {
      case 0 -> new Found.NoProject();
      case 1 -> new Found.One(ids.getFirst());
      default -> new Found.Several(ids);
    };
  }
}
