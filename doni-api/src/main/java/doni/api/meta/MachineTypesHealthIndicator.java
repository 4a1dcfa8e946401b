package doni.api.meta;

import doni.machinetype.MachineTypesHealth;
import doni.machinetype.MachineTypesHealth.MachineTypeProblem;
import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Reports errors in the files of {@code doni.types-directory}. The service keeps using the last
 * valid files, so the status is never down.
 */
final class MachineTypesHealthIndicator implements HealthIndicator {

  private final MachineTypesHealth types;

  MachineTypesHealthIndicator(MachineTypesHealth types) {
    this.types = types;
  }

  @Override
  public Health health() {
    List<MachineTypeProblem> findings = types.findings();
    return findings.isEmpty()
        ? Health.up().build()
        : Health.unknown()
            .withDetail("findings", findings.stream().map(MachineTypeProblem::toString).toList())
            .build();
  }
}
