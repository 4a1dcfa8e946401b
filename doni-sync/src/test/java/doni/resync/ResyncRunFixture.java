package doni.resync;

import doni.engine.lane.EngineProperties;
import doni.engine.lane.Housekeeping;
import doni.engine.lane.TaskRequeuer;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** The resync runs of one replica in a test of the engine. */
public final class ResyncRunFixture {

  private final ResyncRunStore store;
  private final ResyncRunMonitor monitor;

  public ResyncRunFixture(
      JdbcClient jdbc,
      TaskRequeuer requeuer,
      List<Worker> workers,
      Clock clock,
      EngineProperties properties,
      Consumer<Collection<String>> wake,
      Housekeeping housekeeping,
      MeterRegistry meters) {
    store =
        new ResyncRunStore(
            jdbc,
            JsonMapper.shared(),
            requeuer,
            workers.stream().map(Worker::type).toList(),
            clock);
    monitor = new ResyncRunMonitor(store, properties, wake, housekeeping, meters);
  }

  ResyncRunStore store() {
    return store;
  }

  public void startMonitor() {
    monitor.start();
  }

  /** Starts a run of all tasks; needs a transaction. */
  public ResyncRun startAll() {
    return store.start(ResyncFilter.ALL, "operator");
  }

  public Optional<ResyncRun> find(UUID run) {
    return store.find(run);
  }
}
