package doni.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import doni.event.HardwareEvent;
import doni.hardware.HardwareService;
import doni.hardware.HardwareService.Request;
import doni.hardware.JsonPatchOperation;
import doni.hardware.QuarantineService;
import doni.hardwaretype.HardwareTypes;
import doni.leftover.ForceDeleteService;
import doni.policy.Caller;
import doni.task.TaskState;
import doni.testing.SampleTypes;
import doni.testing.TestPostgres;
import doni.worker.Finding;
import doni.worker.HardwareTypeSource;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Import;

/** {@code db/roles.sql}: the service works as a role that cannot change the schema. */
class RolesIT {

  private static final Path SCRIPT = Path.of("..", "db", "roles.sql");
  private static final String APP = "doni_app";
  private static final String MIGRATOR = "doni_migrator";
  private static final String PASSWORD = "a-password-of-the-test";

  private static final Caller ADMIN =
      new Caller(
          "admin",
          "admin",
          "project",
          Set.of("admin"),
          Map.of("user_id", "admin", "project_id", "project"),
          "req-1");

  private static String url = "";
  private static ConfigurableApplicationContext service;

  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @AutoConfigurationPackage(basePackages = {"doni.hardware", "doni.leftover"})
  @ComponentScan({
    "doni.hardware",
    "doni.bulkimport",
    "doni.leftover",
    "doni.resync",
    "doni.engine",
    "doni.task",
    "doni.event",
    "doni.availability",
    "doni.secret",
    "doni.policy",
    "doni.webhook"
  })
  @Import(HardwareTypes.class)
  static class Service {
    @Bean
    Clock localClock() {
      return Clock.systemUTC();
    }

    @Bean
    MeterRegistry meters() {
      return new SimpleMeterRegistry();
    }

    @Bean
    HardwareTypeSource sampleType() {
      return SampleTypes.source();
    }

    @Bean
    Worker sampleWorker() {
      return SampleTypes.worker();
    }
  }

  @BeforeAll
  static void start() throws Exception {
    url = TestPostgres.newDatabase();
    runScript();
    try (Connection admin = connect(TestPostgres.USER, TestPostgres.PASSWORD);
        Statement statement = admin.createStatement()) {
      statement.execute("alter role %s password '%s'".formatted(MIGRATOR, PASSWORD));
      statement.execute("alter role %s password '%s'".formatted(APP, PASSWORD));
    }
    // The service alone, as where the script is run before the first start.
    service =
        new SpringApplicationBuilder(Service.class)
            .web(WebApplicationType.NONE)
            .run(
                "--spring.datasource.url=" + url,
                "--spring.datasource.username=" + APP,
                "--spring.datasource.password=" + PASSWORD,
                "--spring.flyway.user=" + MIGRATOR,
                "--spring.flyway.password=" + PASSWORD,
                "--doni.webhooks.site.url=http://127.0.0.1:9/",
                "--doni.webhooks.site.secret=0123456789abcdef",
                "--doni.secrets.keys.test=dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3QtdGU=");
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  void servesTheWholeLifeOfADevice() {
    HardwareService intake = service.getBean(HardwareService.class);
    QuarantineService quarantine = service.getBean(QuarantineService.class);

    String id =
        intake
            .create(
                ADMIN,
                new Request("dev", SampleTypes.TYPE, Map.of("required", "r", "secret", "s3cret")),
                "a-key")
            .id()
            .toString();
    awaitSteady(intake);
    intake.patch(
        ADMIN,
        "dev",
        List.of(
            new JsonPatchOperation(
                JsonPatchOperation.OperationKind.REPLACE, List.of("properties", "required"), "q")),
        null);
    quarantine.begin(ADMIN, "dev", "why");
    quarantine.end(ADMIN, "dev");
    intake.sync(ADMIN, "dev");
    awaitSteady(intake);
    intake.delete(ADMIN, "dev", null);

    await()
        .untilAsserted(() ->
            assertThat(intake.events(ADMIN, id, 100, null))
                .extracting(HardwareEvent::kind)
                .contains(
                    "hardware.created", "hardware.updated", "hardware.deleted", "worker.gone"));
  }

  @Test
  void removesWhatAForcedDeletionLeaves() {
    HardwareService intake = service.getBean(HardwareService.class);
    ForceDeleteService force = service.getBean(ForceDeleteService.class);
    intake.create(ADMIN, new Request("forced", SampleTypes.TYPE, Map.of("required", "r")), null);

    force.delete(ADMIN, "forced", null);

    await()
        // An attempt that runs when the deletion is forced is waited for.
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() -> assertThat(force.leftovers(ADMIN, 10, 0)).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create table mine (id int)",
        "create temporary table mine (id int)",
        "create schema mine",
        "alter table hardware add column mine int",
        "drop table event",
        "truncate event",
        "create index mine on hardware (name)",
        "update flyway_schema_history set success = false",
        "delete from flyway_schema_history",
        "insert into flyway_schema_history select * from flyway_schema_history",
        "create role mine",
        "set role doni_migrator"
      })
  void mayNotChangeTheSchema(String statement) throws SQLException {
    try (Connection app = connect(APP, PASSWORD);
        Statement refused = app.createStatement()) {
      assertThatThrownBy(() -> refused.execute(statement))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }
  }

  @Test
  void reportsNoProblemWithThePrivilegesOfTheScript() throws SQLException {
    assertThat(DatabaseDiagnostics.look(service.getBean(DataSource.class)))
        .allSatisfy(found -> assertThat(found).isInstanceOf(Finding.Ok.class));
  }

  @Test
  void reportsTheOrphansThatWereFound() throws SQLException {
    try (Connection app = connect(APP, PASSWORD);
        Statement statement = app.createStatement()) {
      statement.execute(
          """
          insert into orphan (worker_type, object, hardware_uuid, first_seen, found_at) values
            ('balena', 'device 7cc0', 'c2b5c2a0-5bb1-4c4e-9d1f-1a4f8f1d3b55', now(), now()),
            ('balena', 'device 8dd1', 'c2b5c2a0-5bb1-4c4e-9d1f-1a4f8f1d3b56', now(), null)
          """);
      try {
        assertThat(DatabaseDiagnostics.look(service.getBean(DataSource.class)))
            .filteredOn(Finding.Warning.class::isInstance)
            .extracting(Finding::found)
            .containsExactly(
                "objects in backends belong to no device any more: device 7cc0 in balena, of"
                    + " c2b5c2a0-5bb1-4c4e-9d1f-1a4f8f1d3b55");
      } finally {
        statement.execute("delete from orphan");
      }
    }
  }

  @Test
  void canBeRunAgainAndTakesOverTablesOfAnotherOwner() throws Exception {
    String other = TestPostgres.newDatabase();
    try (Connection admin = connect(other, TestPostgres.USER, TestPostgres.PASSWORD);
        Statement statement = admin.createStatement()) {
      statement.execute(
          "create table parent (id int) partition by list (id);"
              + " create table child partition of parent for values in (1);"
              + " create table flyway_schema_history (version int)");
      statement.execute(Files.readString(SCRIPT));
      statement.execute(Files.readString(SCRIPT));
    }

    try (Connection migrator = connect(other, MIGRATOR, PASSWORD);
        Statement statement = migrator.createStatement()) {
      statement.execute("alter table parent add column more int");
      statement.execute("insert into flyway_schema_history values (1)");
    }
    try (Connection app = connect(other, APP, PASSWORD);
        Statement statement = app.createStatement()) {
      statement.execute("insert into parent values (1, 2)");
      statement.execute("select * from flyway_schema_history");
      assertThatThrownBy(() -> statement.execute("delete from flyway_schema_history"))
          .hasMessageContaining("permission denied");
    }
  }

  private static void awaitSteady(HardwareService intake) {
    await()
        .untilAsserted(() ->
            assertThat(intake.get(ADMIN, "dev").workers())
                .allSatisfy(worker -> assertThat(worker.state()).isEqualTo(TaskState.STEADY)));
  }

  private static void runScript() throws Exception {
    try (Connection admin = connect(TestPostgres.USER, TestPostgres.PASSWORD);
        Statement statement = admin.createStatement()) {
      statement.execute(Files.readString(SCRIPT));
    }
  }

  private static Connection connect(String user, String password) throws SQLException {
    return connect(url, user, password);
  }

  private static Connection connect(String url, String user, String password) throws SQLException {
    return DriverManager.getConnection(url, user, password);
  }
}
