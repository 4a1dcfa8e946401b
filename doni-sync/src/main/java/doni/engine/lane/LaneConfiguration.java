package doni.engine.lane;

import doni.database.BackgroundDatabaseGauge;
import doni.engine.attempt.AttemptTelemetry;
import doni.engine.attempt.FleetPlanner;
import doni.engine.attempt.Planner;
import doni.engine.attempt.Reconciler;
import doni.event.HardwareEventStore;
import doni.hardwaretype.HardwareTypes;
import doni.secret.SecretEncryptor;
import doni.task.LostAttemptStore;
import doni.task.WorkerTaskReader;
import doni.task.WorkerTaskStore;
import doni.worker.DeviceSignal.SignalRecorder;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Semaphore;
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

/** Wires tasks, attempts and lanes. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EngineProperties.class)
class LaneConfiguration {

  /** A plan may be late, and some workers have one backend call after the other for a device. */
  private static final int MOST_PLANS = 10;

  @Bean
  WorkerTaskReader workerTaskReader(JdbcClient jdbc, SecretEncryptor encryptor, JsonMapper json) {
    return new WorkerTaskReader(jdbc, encryptor, json);
  }

  @Bean
  WorkerTaskStore workerTaskStore(
      JdbcClient jdbc,
      PlatformTransactionManager transactions,
      SecretEncryptor encryptor,
      JsonMapper json) {
    return new WorkerTaskStore(jdbc, new TransactionTemplate(transactions), encryptor, json);
  }

  @Bean
  LostAttemptStore lostAttemptStore(
      JdbcClient jdbc,
      PlatformTransactionManager transactions,
      SecretEncryptor encryptor,
      JsonMapper json,
      Clock clock) {
    return new LostAttemptStore(
        jdbc, new TransactionTemplate(transactions), encryptor, json, clock);
  }

  @Bean
  Reconciler reconciler(
      WorkerTaskReader reader,
      WorkerTaskStore tasks,
      LostAttemptStore lostAttempts,
      HardwareEventStore events,
      MeterRegistry meters,
      ObjectProvider<Tracer> tracer,
      Clock clock) {
    AttemptTelemetry telemetry =
        new AttemptTelemetry(meters, tracer.getIfAvailable(() -> Tracer.NOOP), events::request);
    return new Reconciler(
        reader, tasks, lostAttempts, telemetry, RandomGenerator.getDefault(), clock);
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
  WakeupNotifier wakeupNotifier(JdbcClient jdbc, Replica replica, Housekeeping housekeeping) {
    return new WakeupNotifier(jdbc, replica, housekeeping);
  }

  @Bean
  TaskRequeuer taskRequeuer(JdbcClient jdbc, WakeupNotifier wakeups, Clock clock) {
    return new TaskRequeuer(jdbc, wakeups, clock);
  }

  @Bean
  ReplicaLanes replicaLanes(
      EngineProperties properties,
      List<Worker> workers,
      Reconciler reconciler,
      SchedulerFactory schedulers,
      RequeueBatcher requeues,
      SignalRecorder signals) {
    return new ReplicaLanes(properties, workers, reconciler, schedulers, requeues, signals);
  }

  @Bean
  LaneHealth laneHealth(ReplicaLanes lanes) {
    return new LaneHealth(lanes);
  }

  @Bean
  SchedulerFactory schedulerFactory(DataSource database, Replica replica, Clock clock) {
    return new SchedulerFactory(database, replica, clock);
  }

  @Bean
  RequeueBatcher requeueBatcher(
      LaneQueue queue, WakeupNotifier wakeups, Housekeeping housekeeping) {
    return new RequeueBatcher(queue, wakeups, housekeeping);
  }

  @Bean
  LaneMonitor laneMonitor(
      JdbcClient jdbc,
      Replica replica,
      LaneQueue queue,
      Housekeeping housekeeping,
      MeterRegistry meters,
      Clock clock) {
    return new LaneMonitor(
        new LanePausePublisher(jdbc, replica, clock), queue, housekeeping, meters);
  }

  @Bean
  LaneRunner laneRunner(
      ReplicaLanes lanes,
      QueueBackfill backfill,
      WakeupNotifier wakeups,
      WakeupListener listener,
      LaneMonitor monitor,
      SiteComparison comparison) {
    return new LaneRunner(lanes, backfill, wakeups, listener, monitor, comparison);
  }

  @Bean(destroyMethod = "")
  SiteComparison siteComparison(
      JdbcClient jdbc,
      WorkerTaskReader tasks,
      LaneQueue queue,
      WakeupNotifier wakeups,
      OrphanStore orphans,
      SignalRecorder signals,
      EngineProperties properties) {
    OrphanSweep sweep = new OrphanSweep(orphans, properties::resyncPolicy);
    return new SiteComparison(jdbc, tasks, queue, wakeups, sweep, signals, SiteComparison.INTERVAL);
  }

  @Bean
  OrphanStore orphanStore(JdbcClient jdbc) {
    return new OrphanStore(jdbc);
  }

  /** {@code doni.orphans}: those of all backends, of the whole site, counted on read. */
  @Bean
  MeterBinder orphanGauge(OrphanStore orphans) {
    return meters ->
        BackgroundDatabaseGauge.register(
            meters, "doni.orphans", Tags.empty(), null, orphans::count);
  }

  @Bean(destroyMethod = "stop")
  ShadowGauge shadowGauge(JdbcClient jdbc, List<Worker> workers, EngineProperties properties) {
    return new ShadowGauge(
        jdbc,
        workers.stream()
            .map(Worker::type)
            .filter(type -> properties.resyncPolicy(type).isShadow())
            .toList());
  }

  @Bean
  QueueBackfill queueBackfill(JdbcClient jdbc, HardwareTypes types, Clock clock) {
    return QueueBackfill.of(jdbc, types, clock);
  }

  @Bean
  WakeupListener wakeupListener(DataSource database, WakeupNotifier wakeups) {
    return new WakeupListener(database, wakeups);
  }

  @Bean
  Planner planner(WorkerTaskReader tasks, List<Worker> workers, EngineProperties properties) {
    return new Planner(
        tasks, workers, properties::resyncPolicy, properties.enabled(), Planner.PATIENCE);
  }

  /** Leaves at least half of what a backend takes to attempts. */
  @Bean(destroyMethod = "stop")
  FleetPlanner fleetPlanner(Planner planner, List<Worker> workers, EngineProperties properties) {
    return new FleetPlanner(
        planner,
        workers.stream()
            .collect(
                Collectors.toMap(
                    Worker::type,
                    worker ->
                        new Semaphore(
                            Math.clamp(
                                properties.lane(worker.type()).concurrency() / 2,
                                1,
                                MOST_PLANS)))));
  }
}
