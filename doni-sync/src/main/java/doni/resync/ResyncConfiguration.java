package doni.resync;

import doni.engine.lane.EngineProperties;
import doni.engine.lane.Housekeeping;
import doni.engine.lane.TaskRequeuer;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

@Configuration(proxyBeanMethods = false)
class ResyncConfiguration {

  @Bean
  ResyncRunStore resyncRunStore(
      JdbcClient jdbc, JsonMapper json, TaskRequeuer requeuer, List<Worker> workers, Clock clock) {
    return new ResyncRunStore(
        jdbc,
        json,
        requeuer,
        workers.stream().filter(Worker::reconciles).map(Worker::type).toList(),
        clock);
  }

  @Bean
  ResyncRunReader resyncRunReader(JdbcClient jdbc, JsonMapper json) {
    return new ResyncRunReader(jdbc, json);
  }

  @Bean
  ResyncRunMonitor resyncRunMonitor(
      ResyncRunStore runs,
      EngineProperties properties,
      TaskRequeuer requeuer,
      Housekeeping housekeeping,
      MeterRegistry meters) {
    return new ResyncRunMonitor(runs, properties, requeuer::wakeLanes, housekeeping, meters);
  }
}
