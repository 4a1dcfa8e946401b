package doni.engine.lane;

import doni.engine.attempt.AttemptSpans;
import doni.engine.attempt.Planner;
import doni.engine.attempt.Reconciler;
import doni.event.HardwareEventStore;
import doni.hardwaretype.HardwareTypes;
import doni.secret.SecretEncryptor;
import doni.task.WorkerTaskStore;
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
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EngineProperties.class)
class LaneConfiguration {

  @Bean
  WorkerTaskStore taskStore(
      JdbcClient jdbc,
      PlatformTransactionManager transactions,
      SecretEncryptor sealer,
      JsonMapper json) {
    return new WorkerTaskStore(jdbc, new TransactionTemplate(transactions), sealer, json);
  }

  @Bean
  Reconciler reconciler(
      WorkerTaskStore tasks,
      EngineProperties properties,
      HardwareEventStore events,
      MeterRegistry meters,
      ObjectProvider<Tracer> tracer,
      Clock clock) {
    Tracer present = tracer.getIfAvailable();
    AttemptSpans spans =
        present == null ? AttemptSpans.NONE : new AttemptSpans(present, events::request);
    return new Reconciler(
        tasks, properties::resyncPolicy, RandomGenerator.getDefault(), meters, spans, clock);
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
  WakeupNotifier wakeCalls(JdbcClient jdbc, Replica replica, Housekeeping housekeeping) {
    return new WakeupNotifier(jdbc, replica, housekeeping);
  }

  @Bean
  LaneRunner laneRunner(
      EngineProperties properties,
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
  LaneRunner.Surroundings laneSurroundings(
      DataSource database,
      Reconciler reconciler,
      WorkerTaskStore tasks,
      LaneQueue queue,
      WakeupNotifier calls,
      Replica replica,
      JdbcClient jdbc,
      Housekeeping housekeeping,
      MeterRegistry meters,
      Clock clock) {
    return new LaneRunner.Surroundings(
        replica,
        new Lane.LaneParts(database, reconciler, tasks, clock),
        queue,
        new LanePausePublisher(jdbc, replica, clock),
        calls,
        housekeeping,
        meters);
  }

  @Bean
  TaskRequeuer lanes(LaneQueue queue, LaneRunner runner, WakeupNotifier calls) {
    return new TaskRequeuer(queue, runner, calls);
  }

  @Bean
  Planner planner(WorkerTaskStore tasks, List<Worker> workers, EngineProperties properties) {
    return new Planner(
        tasks, workers, properties::resyncPolicy, properties.enabled(), Planner.PATIENCE);
  }
}
