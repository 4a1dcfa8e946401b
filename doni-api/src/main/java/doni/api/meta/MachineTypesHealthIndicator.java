package doni.api.meta;

import doni.machinetype.Finding;
import doni.machinetype.TypesHealth;
import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Says what keeps the files of {@code doni.types-directory} from being used. The service goes on
 * with the last ones that could be, so this takes no replica out of anything.
 */
@Component
final class MachineTypesHealthIndicator implements HealthIndicator {

  private final TypesHealth types;

  MachineTypesHealthIndicator(TypesHealth types) {
    this.types = types;
  }

  @Override
  public Health health() {
    List<Finding> findings = types.findings();
    return findings.isEmpty()
        ? Health.up().build()
        : Health.unknown()
            .withDetail("findings", findings.stream().map(Finding::toString).toList())
            .build();
  }
}
