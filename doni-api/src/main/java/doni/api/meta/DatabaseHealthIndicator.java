package doni.api.meta;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Takes a replica whose database does not answer out of the readiness group; it stays alive,
 * because a restart would not help.
 */
@Component
final class DatabaseHealthIndicator implements HealthIndicator {

  private final DatabaseProbe database;

  DatabaseHealthIndicator(DatabaseProbe database) {
    this.database = database;
  }

  @Override
  public Health health() {
    return (database.answers() ? Health.up() : Health.down()).build();
  }
}
