package doni.lane;

import doni.inventory.EventLog;
import doni.inventory.HardwareTypes;
import doni.inventory.LeftoverStore;
import doni.inventory.Sealer;
import doni.inventory.TaskStore;
import doni.reconcile.AttemptSpans;
import doni.reconcile.LeftoverAttempt;
import doni.reconcile.Planner;
import doni.reconcile.Reconciler;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SyncProperties.class)
class LaneConfiguration {

  @Bean
  TaskStore taskStore(
      JdbcTemplate jdbc, PlatformTransactionManager transactions, Sealer sealer, JsonMapper json) {
    return new TaskStore(jdbc, new TransactionTemplate(transactions), sealer, json);
  }

  @Bean
  Reconciler reconciler(
      TaskStore tasks,
      SyncProperties properties,
      EventLog events,
      MeterRegistry meters,
      ObjectProvider<Tracer> tracer,
      Clock clock) {
    Tracer present = tracer.getIfAvailable();
    AttemptSpans spans =
        present == null ? AttemptSpans.NONE : new AttemptSpans(present, events::request);
    return new Reconciler(
        tasks, properties::routine, RandomGenerator.getDefault(), meters, spans, clock);
  }

  @Bean
  LaneQueue laneQueue(JdbcClient jdbc, Clock clock) {
    return new LaneQueue(jdbc, clock);
  }

  @Bean(destroyMethod = "stop")
  Housekeeping laneHousekeeping() {
    return new Housekeeping();
  }

  @Bean
  Replica replica() {
    return Replica.here();
  }

  @Bean
  WakeCalls wakeCalls(JdbcClient jdbc, Replica replica, Housekeeping housekeeping) {
    return new WakeCalls(jdbc, replica, housekeeping);
  }

  @Bean
  LaneRunner laneRunner(
      SyncProperties properties,
      List<Worker> workers,
      HardwareTypes types,
      LaneRunner.Surroundings surroundings) {
    return new LaneRunner(
        properties,
        workers,
        types.all().stream()
            .collect(Collectors.toMap(type -> type.name(), type -> types.workersOf(type.name()))),
        surroundings);
  }

  @Bean
  LeftoverSweeper leftoverSweeper(
      SyncProperties properties, List<Worker> workers, LeftoverStore leftovers, Clock clock) {
    return new LeftoverSweeper(
        leftovers,
        new LeftoverAttempt(leftovers, RandomGenerator.getDefault(), clock),
        properties.enabled() ? workers : List.of());
  }

  @Bean
  LaneRunner.Surroundings laneSurroundings(
      DataSource database,
      Reconciler reconciler,
      TaskStore tasks,
      LaneQueue queue,
      WakeCalls calls,
      Replica replica,
      JdbcClient jdbc,
      Housekeeping housekeeping,
      MeterRegistry meters,
      Clock clock) {
    return new LaneRunner.Surroundings(
        replica,
        new Lane.LaneParts(database, reconciler, tasks, clock),
        queue,
        new HoldBoard(jdbc, replica, clock),
        calls,
        housekeeping,
        meters);
  }

  @Bean
  Lanes lanes(LaneQueue queue, LaneRunner runner, WakeCalls calls) {
    return new Lanes(queue, runner, calls);
  }

  @Bean
  SyncRuns syncRuns(
      JdbcClient jdbc, JsonMapper json, Lanes lanes, List<Worker> workers, Clock clock) {
    return new SyncRuns(
        jdbc,
        json,
        lanes,
        workers.stream().filter(Worker::reconciles).map(Worker::type).toList(),
        clock);
  }

  @Bean
  SyncRunKeeper syncRunKeeper(
      SyncRuns runs,
      SyncProperties properties,
      LaneRunner runner,
      WakeCalls calls,
      Housekeeping housekeeping,
      MeterRegistry meters) {
    return new SyncRunKeeper(
        runs,
        properties,
        lanes -> {
          runner.wake(lanes);
          calls.tell(lanes);
        },
        housekeeping,
        meters);
  }

  @Bean
  Planner planner(TaskStore tasks, List<Worker> workers, SyncProperties properties) {
    return new Planner(tasks, workers, properties::routine, properties.enabled(), Planner.PATIENCE);
  }
}
