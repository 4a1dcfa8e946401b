package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import doni.event.HardwareEvent;
import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.HardwareService.Request;
import doni.leftover.ForceDeleteService;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Conflict;
import doni.request.RequestRefusedException.Forbidden;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class QuarantineServiceIT {

  private final HardwareService intake;
  private final QuarantineService quarantine;
  private final ForceDeleteService force;
  private final JdbcClient jdbc;
  private final List<MeterBinder> gauges;

  private final Caller alice = caller("alice", "member");
  private final Caller admin = caller("admin", "admin");

  @Autowired
  QuarantineServiceIT(
      HardwareService intake,
      QuarantineService quarantine,
      ForceDeleteService force,
      JdbcClient jdbc,
      List<MeterBinder> gauges) {
    this.intake = intake;
    this.quarantine = quarantine;
    this.force = force;
    this.jdbc = jdbc;
    this.gauges = gauges;
  }

  @BeforeEach
  void enroll() {
    jdbc.sql("truncate hardware, worker_task, event, scheduled_tasks, leftover cascade").update();
    intake.create(alice, new Request("dev", SampleTypes.TYPE, Map.of("required", "r")), null);
  }

  @Test
  void isShownWithWhoAndWhy() {
    HardwareView frozen = quarantine.begin(admin, "dev", "its board is replaced");

    assertThat(frozen.quarantine())
        .satisfies(shown -> {
          assertThat(shown.by()).isEqualTo("admin");
          assertThat(shown.reason()).isEqualTo("its board is replaced");
        });
    // A change does not read whether the device responds.
    assertThat(intake.get(alice, "dev"))
        .usingRecursiveComparison()
        .ignoringFields("availability")
        .isEqualTo(frozen);
    HardwareEvent event = events().getFirst();
    assertThat(event.kind()).isEqualTo("hardware.quarantined");
    assertThat(event.userId()).isEqualTo("admin");
    assertThat(event.body()).containsEntry("reason", "its board is replaced");
  }

  @Test
  void takesAChangeOfTheRecord() {
    quarantine.begin(admin, "dev", null);

    HardwareView changed =
        intake.patch(
            alice,
            "dev",
            List.of(
                new JsonPatchOperation(
                    JsonPatchOperation.OperationKind.REPLACE, List.of("name"), "dev-2")),
            null);

    assertThat(changed.name()).isEqualTo("dev-2");
    assertThat(changed.quarantine()).isNotNull();
  }

  @Test
  void releasesAllAtOnce() {
    quarantine.begin(admin, "dev", null);
    jdbc.sql("update scheduled_tasks set execution_time = now() + interval '1 hour', priority = 10")
        .update();
    long generation = intake.get(alice, "dev").generation().value();

    HardwareView released = quarantine.end(admin, "dev");

    assertThat(released.quarantine()).isNull();
    assertThat(released.generation().value()).isEqualTo(generation + 1);
    assertThat(
            jdbc.sql(
                    "select count(*) from scheduled_tasks where execution_time <= now() + interval"
                        + " '1 second'")
                .query(Long.class)
                .single())
        .isEqualTo(1);
    assertThat(events().getFirst().kind()).isEqualTo("hardware.released");
  }

  @Test
  void changesNothingTwice() {
    quarantine.begin(admin, "dev", "why");
    quarantine.begin(admin, "dev", "why");
    quarantine.end(admin, "dev");
    quarantine.end(admin, "dev");

    assertThat(events())
        .extracting(HardwareEvent::kind)
        .containsExactly("hardware.released", "hardware.quarantined", "hardware.created");
  }

  @Test
  void refusesADeletion() {
    quarantine.begin(admin, "dev", null);

    assertThatThrownBy(() -> intake.delete(alice, "dev", null)).isInstanceOf(Conflict.class);
    assertThatThrownBy(() -> force.delete(admin, "dev", null)).isInstanceOf(Conflict.class);
    assertThat(intake.get(alice, "dev").name()).isEqualTo("dev");
  }

  @Test
  void isForAdministrators() {
    assertThatThrownBy(() -> quarantine.begin(alice, "dev", null)).isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> quarantine.end(alice, "dev")).isInstanceOf(Forbidden.class);
  }

  @Test
  void canBeListedAndCounted() {
    intake.create(alice, new Request("free", SampleTypes.TYPE, Map.of("required", "r")), null);
    quarantine.begin(admin, "dev", null);
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    gauges.forEach(gauge -> gauge.bindTo(meters));

    assertThat(names(true)).containsExactly("dev");
    assertThat(names(false)).containsExactly("free");
    await()
        .untilAsserted(
            () -> assertThat(meters.get("doni.hardware.quarantined").gauge().value()).isEqualTo(1));
    await().untilAsserted(() -> assertThat(meters.get("doni.leftovers").gauge().value()).isZero());
  }

  private List<String> names(boolean quarantined) {
    List<String> names = new ArrayList<>();
    intake
        .list(
            alice,
            new HardwareListQuery(
                false, null, null, null, null, quarantined, false, SortKey.NAME, false, 0, null))
        .forEachRemaining(device -> names.add(device.name()));
    return names;
  }

  private List<HardwareEvent> events() {
    return intake.events(alice, "dev", 100, null);
  }

  private static Caller caller(String user, String role) {
    return new Caller(
        user,
        user,
        "project",
        Set.of(role),
        Map.of("user_id", user, "project_id", "project"),
        "req-" + user);
  }
}
