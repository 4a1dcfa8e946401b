package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.hardware.HardwareService.Request;
import doni.policy.Caller;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
@ExtendWith(OutputCaptureExtension.class)
class DeletionMonitorIT {

  private static final String WARNING = "is not cleaned up in lane";

  private final HardwareService intake;
  private final JdbcClient jdbc;
  private final List<MeterBinder> gauges;
  private final DeletionMonitor here;
  private final DeletionMonitor elsewhere;

  private final Caller alice =
      new Caller(
          "alice", "alice", "project", Set.of("member"), Map.of("project_id", "project"), "req-1");

  @Autowired
  DeletionMonitorIT(
      HardwareService intake,
      JdbcClient jdbc,
      List<MeterBinder> gauges,
      DeletionStore deletions,
      HardwareReader reader) {
    this.intake = intake;
    this.jdbc = jdbc;
    this.gauges = gauges;
    this.here = new DeletionMonitor(deletions, reader, Duration.ofHours(1), true);
    this.elsewhere = new DeletionMonitor(deletions, reader, Duration.ofHours(1), true);
  }

  @BeforeEach
  void empty() {
    jdbc.sql("truncate hardware, worker_task, event, scheduled_tasks, site_listing cascade")
        .update();
  }

  @Test
  void warnsOfADeletionThatLastsWithItsDeviceLaneAndReason(CapturedOutput output) {
    String uuid = deleted("slow");
    deleted("quick");
    age("slow", "61 minutes");
    jdbc.sql(
            "update worker_task set outcome = 'FAILED', reason = 'it refuses', served_generation = 2")
        .update();

    here.check();

    assertThat(output.getAll())
        .contains("Device slow (" + uuid + "), deleted at ")
        .contains(", is not cleaned up in lane " + SampleTypes.WORKER + ": it refuses")
        .doesNotContain("Device quick");
  }

  @Test
  void warnsOnceInAnIntervalOnAllReplicasTogether(CapturedOutput output) {
    deleted("slow");
    age("slow", "61 minutes");

    here.check();
    elsewhere.check();
    pass("1 minute");
    elsewhere.check();
    assertThat(warnings(output)).isEqualTo(1);

    pass("59 minutes");
    here.check();

    assertThat(warnings(output)).isEqualTo(2);
  }

  @Test
  void catchesUpWithWhatBecameOverdueWhileNoReplicaRan(CapturedOutput output) {
    here.check();
    deleted("slow");
    age("slow", "90 minutes");
    jdbc.sql("update site_listing set listed_at = now() - interval '2 hours'").update();

    here.check();

    assertThat(warnings(output)).isEqualTo(1);
  }

  @Test
  void namesTwentyDevicesAndCountsTheOthers(CapturedOutput output) {
    for (int i = 0; i < 23; i++) {
      deleted("slow-" + i);
      age("slow-" + i, "61 minutes");
    }

    here.check();

    assertThat(warnings(output)).isEqualTo(20);
    assertThat(output.getAll()).contains(": 3 more deleted devices are not cleaned up; GET");
  }

  @Test
  void isMeasured() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    gauges.forEach(gauge -> gauge.bindTo(meters));
    intake.create(alice, new Request("live", SampleTypes.TYPE, Map.of("required", "r")), null);
    assertThat(gauge(meters, "doni.hardware.deleting")).isZero();
    assertThat(gauge(meters, "doni.hardware.deleting.oldest.seconds")).isZero();

    deleted("new");
    deleted("old");
    age("old", "1 hour");

    await().untilAsserted(() -> assertThat(gauge(meters, "doni.hardware.deleting")).isEqualTo(2));
    assertThat(gauge(meters, "doni.hardware.deleting.oldest.seconds")).isBetween(3600.0, 3700.0);
  }

  private static double gauge(SimpleMeterRegistry meters, String name) {
    return meters.get(name).gauge().value();
  }

  private String deleted(String name) {
    HardwareView created =
        intake.create(alice, new Request(name, SampleTypes.TYPE, Map.of("required", "r")), null);
    intake.delete(alice, name, null);
    return created.id().toString();
  }

  private void age(String name, String by) {
    jdbc.sql("update hardware set deleted_at = deleted_at - ?::interval where name = ?")
        .param(by)
        .param(name)
        .update();
  }

  /** Moves all that was into the past. */
  private void pass(String time) {
    jdbc.sql("update site_listing set listed_at = listed_at - ?::interval").param(time).update();
    jdbc.sql("update hardware set deleted_at = deleted_at - ?::interval").param(time).update();
  }

  private static long warnings(CapturedOutput output) {
    return output.getAll().lines().filter(line -> line.contains(WARNING)).count();
  }
}
