package doni.availability;

import doni.database.RetentionJob;
import doni.engine.lane.EngineProperties;
import doni.event.HardwareEventStore;
import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Wires device availability. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AvailabilityProperties.class)
class AvailabilityConfiguration {

  @Bean
  DeviceSignalStore deviceSignalStore(
      JdbcClient jdbc, PlatformTransactionManager transactions, JsonMapper json, Clock clock) {
    return new DeviceSignalStore(jdbc, new TransactionTemplate(transactions), json, clock);
  }

  @Bean
  SignalBatcher signalBatcher(DeviceSignalStore store) {
    return new SignalBatcher(store);
  }

  @Bean
  AgentContacts agentContacts(Clock clock) {
    return new AgentContacts(clock);
  }

  /** Only a service is asked by agents. */
  @Bean
  @ConditionalOnWebApplication
  AgentContactMonitor agentContactMonitor(
      AgentContacts contacts,
      DeviceSignalStore signals,
      JdbcClient jdbc,
      JsonMapper json,
      PlatformTransactionManager transactions,
      Clock clock) {
    return new AgentContactMonitor(
        contacts,
        new AgentContactStore(jdbc, json),
        signals,
        new TransactionTemplate(transactions),
        clock);
  }

  @Bean
  AvailabilityStore availabilityStore(JdbcClient jdbc) {
    return new AvailabilityStore(jdbc);
  }

  @Bean
  IncidentStore incidentStore(JdbcClient jdbc) {
    return new IncidentStore(jdbc);
  }

  @Bean
  DeviceAvailabilityReader deviceAvailabilityReader(JdbcClient jdbc, Clock clock) {
    return new DeviceAvailabilityReader(jdbc, clock);
  }

  @Bean(destroyMethod = "stop")
  FleetGauges fleetGauges(JdbcClient jdbc) {
    return new FleetGauges(jdbc);
  }

  /** Commands that open the inventory, such as {@code doni migrate-from}, have no engine. */
  @Bean
  AvailabilityMonitor availabilityMonitor(
      AvailabilityStore store,
      IncidentStore incidents,
      SignalBatcher signals,
      HardwareEventStore events,
      PlatformTransactionManager transactions,
      AvailabilityProperties properties,
      Clock clock,
      ObjectProvider<EngineProperties> engine) {
    return new AvailabilityMonitor(
        store,
        incidents,
        signals,
        events,
        new TransactionTemplate(transactions),
        properties,
        clock,
        engine.stream().anyMatch(EngineProperties::enabled));
  }

  @Bean
  RetentionJob availabilityRetentionJob(
      AvailabilityStore store, AvailabilityProperties properties, Clock clock) {
    return new RetentionJob(
        "availability-retention",
        "Removal of old availability intervals",
        Duration.ofHours(1),
        () -> store.removeEndedBefore(clock.instant().minus(properties.retention())));
  }
}
