package doni.api.meta;

import doni.engine.lane.LaneHealth;
import doni.engine.lane.LaneHealth.SilentLane;
import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Makes a replica not ready while one of its lanes does not poll, and names the lane. */
final class LaneHealthIndicator implements HealthIndicator {

  private final LaneHealth lanes;

  LaneHealthIndicator(LaneHealth lanes) {
    this.lanes = lanes;
  }

  @Override
  public Health health() {
    List<SilentLane> silent = lanes.silent();
    return silent.isEmpty()
        ? Health.up().build()
        : Health.down()
            .withDetail("reasons", silent.stream().map(SilentLane::toString).toList())
            .build();
  }
}
