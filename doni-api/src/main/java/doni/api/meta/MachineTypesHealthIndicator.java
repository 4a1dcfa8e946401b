package doni.api.meta;

import doni.machinetype.MachineTypeProblem;
import doni.machinetype.MachineTypesHealth;
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
