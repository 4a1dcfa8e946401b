package doni.engine.lane;

import java.util.List;

/** Shows which lanes of this replica do not poll their queue. */
public final class LaneHealth {

  private final ReplicaLanes lanes;

  LaneHealth(ReplicaLanes lanes) {
    this.lanes = lanes;
  }

  /** A lane whose last poll is too long ago. */
  public record SilentLane(String workerType, long seconds) {

    @Override
    public String toString() {
      return "lane %s has not polled its queue for %d s".formatted(workerType, seconds);
    }
  }

  /** Returns the lanes that should have polled; empty when all is well. */
  public List<SilentLane> silent() {
    return lanes.all().stream()
        .flatMap(lane ->
            lane.silence().stream()
                .map(silence -> new SilentLane(lane.type(), silence.toSeconds())))
        .toList();
  }
}
