package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import doni.hardware.HardwareService.Request;
import doni.hardware.JsonPatchOperation.OperationKind;
import doni.policy.Caller;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import doni.testing.StatementRecorder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How many statements a request costs, {@code BEGIN} and {@code COMMIT} aside. */
@SpringBootTest(
    classes = {InventoryApplication.class, StatementCountIT.Counting.class},
    properties = "doni.sync.enabled=false")
class StatementCountIT {

  private final HardwareService service;
  private final JdbcClient jdbc;
  private final Caller alice =
      new Caller(
          "alice",
          "alice",
          "project",
          Set.of("member"),
          Map.of("user_id", "alice", "project_id", "project"),
          "req-1");

  @Autowired
  StatementCountIT(HardwareService service, JdbcClient jdbc) {
    this.service = service;
    this.jdbc = jdbc;
  }

  @BeforeEach
  void enrollOne() {
    jdbc.sql("truncate hardware, event, idempotency_key, scheduled_tasks cascade").update();
    service.create(alice, enrollment("dev"), null);
    service.get(alice, "dev");
  }

  @Test
  void anEnrollmentCostsThreeStatements() {
    List<String> statements = during(() -> service.create(alice, enrollment("other"), null));

    assertThat(statements)
        .satisfiesExactly(
            hardware -> assertThat(hardware).startsWith("insert into hardware"),
            tasks -> assertThat(tasks).contains("insert into worker_task"),
            event -> assertThat(event).startsWith("insert into event"));
  }

  @Test
  void aPatchCostsFiveStatements() {
    List<String> statements = during(() -> patch("required", "changed"));

    assertThat(statements)
        .satisfiesExactly(
            lock -> assertThat(lock).contains("from hardware").contains("for no key update"),
            update -> assertThat(update).startsWith("update hardware set"),
            requeue -> assertThat(requeue).contains("update scheduled_tasks"),
            event -> assertThat(event).startsWith("insert into event"),
            tasks -> assertThat(tasks).contains("from worker_task_state"));
  }

  @Test
  void aPollCostsOneStatement() {
    assertThat(during(() -> service.read(alice, "dev").version())).hasSize(1);
  }

  @Test
  void aPatchThatChangesNothingCostsTwoStatements() {
    assertThat(during(() -> patch("required", "r"))).hasSize(2);
  }

  @Test
  void aPatchOfAWindowReadsAndWritesTheWindowsToo() {
    Map<String, Object> window =
        Map.of("start", "2032-01-01T00:00:00Z", "end", "2032-02-01T00:00:00Z");

    List<String> statements =
        during(() ->
            service.patch(
                alice,
                "dev",
                List.of(
                    new JsonPatchOperation(
                        OperationKind.ADD, List.of("availability", "-"), window)),
                null));

    assertThat(statements).hasSize(7);
  }

  private void patch(String property, String value) {
    service.patch(
        alice,
        "dev",
        List.of(
            new JsonPatchOperation(OperationKind.REPLACE, List.of("properties", property), value)),
        null);
  }

  private static Request enrollment(String name) {
    return new Request(name, SampleTypes.TYPE, Map.of("required", "r"));
  }

  private static List<String> during(Runnable request) {
    List<String> statements = StatementRecorder.during(request);
    // Pauses of lanes are read once a second at most.
    statements.removeIf(sql -> sql.contains("from lane_hold"));
    return statements;
  }

  @TestConfiguration(proxyBeanMethods = false)
  static class Counting {

    @Bean
    static BeanPostProcessor countingDatabase() {
      return new BeanPostProcessor() {
        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
          return bean instanceof DataSource database ? StatementRecorder.recorded(database) : bean;
        }
      };
    }
  }
}
