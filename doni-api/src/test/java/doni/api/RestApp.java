package doni.api;

import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.mockito.Mockito.withSettings;

import doni.bulkimport.ImportService;
import doni.engine.lane.LaneHealth;
import doni.event.EventFeedService;
import doni.hardware.BootConfigurationService;
import doni.hardware.HardwareAvailabilityService;
import doni.hardware.HardwareBatchService;
import doni.hardware.HardwareEventFeed;
import doni.hardware.HardwarePlanService;
import doni.hardware.HardwareService;
import doni.hardware.HardwareSummaryService;
import doni.hardware.QuarantineService;
import doni.hardwaretype.HardwareTypes;
import doni.leftover.ForceDeleteService;
import doni.machinetype.MachineTypesHealth;
import doni.readiness.ReadinessService;
import doni.resync.ResyncService;
import doni.worker.HardwareType;
import doni.worker.WorkerField;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.mockito.Answers;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;

/** The REST layer alone: real Tomcat, real Spring, everything below it in memory. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(
    exclude = {
      DataJpaRepositoriesAutoConfiguration.class,
      DataSourceAutoConfiguration.class,
      DataSourceHealthContributorAutoConfiguration.class,
      DataSourceTransactionManagerAutoConfiguration.class,
      FlywayAutoConfiguration.class,
      HibernateJpaAutoConfiguration.class,
      JdbcTemplateAutoConfiguration.class
    })
@ComponentScan({
  "doni.api.admission",
  "doni.api.bulkimport",
  "doni.api.event",
  "doni.api.hardware",
  "doni.api.leftover",
  "doni.api.meta",
  "doni.api.resync",
  "doni.api.web"
})
@Import(TestSecurity.class)
public class RestApp {

  public static void main(String[] args) {
    SpringApplication.run(RestApp.class, args);
  }

  @Bean
  Clock localClock() {
    return Clock.systemUTC();
  }

  @Bean
  MemoryIntake memory() {
    return new MemoryIntake();
  }

  @Bean
  HardwareService intake(MemoryIntake memory) {
    return mock(
        HardwareService.class, withSettings().stubOnly().defaultAnswer(delegatesTo(memory)));
  }

  @Bean
  BootConfigurationService bootConfigurations() {
    return mock(BootConfigurationService.class);
  }

  @Bean
  HardwareEventFeed deviceFeed() {
    return mock(HardwareEventFeed.class);
  }

  @Bean
  HardwareSummaryService summary() {
    return mock(HardwareSummaryService.class);
  }

  @Bean
  QuarantineService quarantine() {
    return mock(QuarantineService.class);
  }

  @Bean
  HardwareBatchService batches() {
    return mock(HardwareBatchService.class);
  }

  @Bean
  ForceDeleteService force() {
    return mock(ForceDeleteService.class);
  }

  @Bean
  EventFeedService feed() {
    return mock(EventFeedService.class);
  }

  @Bean
  ImportService imports() {
    return mock(ImportService.class);
  }

  @Bean
  MachineTypesHealth typesHealth() {
    return List::of;
  }

  @Bean
  LaneHealth laneHealth() {
    return mock(LaneHealth.class);
  }

  @Bean
  ResyncService syncRuns() {
    return mock(ResyncService.class);
  }

  @Bean
  HardwareAvailabilityService availability() {
    return mock(HardwareAvailabilityService.class);
  }

  @Bean
  ReadinessService readiness() {
    return mock(ReadinessService.class);
  }

  @Bean
  HardwarePlanService plans() {
    return mock(HardwarePlanService.class);
  }

  @Bean
  HardwareTypes types() {
    WorkerField secret =
        WorkerField.of("public-and-sensitive-field", Map.of("type", "string")).asMasked();
    WorkerField stored =
        WorkerField.of("default-field", Map.of("type", "string"))
            .asHidden()
            .withFallback(new WorkerField.Fallback.Stored("default-field-value"));
    HardwareTypes types = mock(HardwareTypes.class);
    when(types.all())
        .thenReturn(List.of(new HardwareType("fake-hardware", List.of("fake-worker"), List.of())));
    when(types.workersOf(anyString())).thenReturn(List.of("fake-worker"));
    when(types.fieldsOf(anyString())).thenReturn(List.of(secret, stored));
    return types;
  }

  @Bean
  DataSource database() throws SQLException {
    Connection connection = mock(Connection.class, Answers.RETURNS_DEEP_STUBS);
    when(connection.createStatement().execute(anyString())).thenReturn(true);
    DataSource database = mock(DataSource.class);
    when(database.getConnection()).thenReturn(connection);
    return database;
  }
}
