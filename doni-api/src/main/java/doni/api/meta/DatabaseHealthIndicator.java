package doni.api.meta;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Makes a replica not ready while its database accepts no writes. The replica stays alive, because
 * a restart would not help.
 */
final class DatabaseHealthIndicator implements HealthIndicator {

  private final DatabaseHealthProbe database;

  DatabaseHealthIndicator(DatabaseHealthProbe database) {
    this.database = database;
  }

  @Override
  public Health health() {
    return (database.acceptsWrites() ? Health.up() : Health.down()).build();
  }
}
