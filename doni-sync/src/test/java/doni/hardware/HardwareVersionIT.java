package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import doni.hardware.HardwareService.Request;
import doni.hardware.JsonPatchOperation.OperationKind;
import doni.policy.Caller;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The version by which a client that polls a device learns that nothing has changed. */
@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class HardwareVersionIT {

  private final HardwareService service;
  private final QuarantineService quarantines;
  private final JdbcClient jdbc;
  private final Caller alice = caller("alice", "member");

  @Autowired
  HardwareVersionIT(HardwareService service, QuarantineService quarantines, JdbcClient jdbc) {
    this.service = service;
    this.quarantines = quarantines;
    this.jdbc = jdbc;
  }

  @BeforeEach
  void enrollOne() {
    jdbc.sql("truncate hardware, worker_task, event, scheduled_tasks, lane_hold cascade").update();
    service.create(alice, new Request("dev", SampleTypes.TYPE, Map.of("required", "r")), null);
    jdbc.sql(
            """
            with device as (select uuid from hardware),
            signal as (
              insert into device_signal (hardware_uuid, source, status, reason, since)
              select uuid, 'k8s', 'RESPONDS', 'it responds', now() - interval '1 day' from device),
            source as (
              insert into device_signal_source (source, confirmed_at) values ('k8s', now())
              on conflict (source) do update set confirmed_at = now())
            insert into device_availability (hardware_uuid, availability, since, reason)
            select uuid, 'ONLINE', now(), 'it responds' from device
            """)
        .update();
  }

  @Test
  void staysWhileNothingChanges() {
    String version = version(alice);

    assertThat(version(alice)).isEqualTo(version).matches("1-[A-Za-z0-9_-]{16}");
    assertThat(service.readDeletedToo(alice, "dev").version()).isEqualTo(version);
  }

  @Test
  void changesWithTheDesiredState() {
    String before = version(alice);

    service.patch(
        alice,
        "dev",
        List.of(
            new JsonPatchOperation(OperationKind.REPLACE, List.of("properties", "required"), "s")),
        null);

    assertThat(version(alice)).isNotEqualTo(before).startsWith("2-");
  }

  @Test
  void changesWithAQuarantine() {
    String before = version(alice);

    quarantines.begin(caller("root", "admin"), "dev", "it smokes");

    assertThat(version(alice)).isNotEqualTo(before).startsWith("1-");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update worker_task set state_details = '{\"ip\": \"10.0.0.1\"}'",
        "update worker_task set outcome = 'SYNCED', served_generation = 1",
        "update worker_task set outcome = 'FAILED', served_generation = 1, reason = 'r'",
        "update worker_task set attempts = 1",
        "update worker_task set next_attempt_at = now()",
        "update scheduled_tasks set picked = true, last_heartbeat = now()",
        "update hardware set properties = properties || '{\"more\": 1}'",
        "update hardware set labels = '{\"purpose\": \"lab\"}'",
        "update device_availability set availability = 'OFFLINE'",
        "update device_availability set since = since + interval '1 second'",
        "update device_availability set reason = 'its kubelet is silent'",
        "delete from device_signal_source"
      })
  void changesWithWhateverIsShown(String change) {
    String before = version(alice);

    assertThat(jdbc.sql(change).update()).isPositive();

    assertThat(version(alice)).isNotEqualTo(before);
  }

  /** Otherwise no poll of a device that responds would ever be answered 304. */
  @Test
  void staysWhileTheDeviceIsOnlySeenAgain() {
    String before = version(alice);

    assertThat(
            jdbc.sql("update device_signal_source set confirmed_at = now() + interval '1 minute'")
                .update())
        .isOne();

    assertThat(version(alice)).isEqualTo(before);
  }

  @Test
  void differsForACallerWhoSeesLess() {
    Caller reader = caller("rita", "reader");

    assertThat(version(reader)).isEqualTo(version(reader)).isNotEqualTo(version(alice));
  }

  private String version(Caller caller) {
    return service.read(caller, "dev").version();
  }

  private static Caller caller(String user, String role) {
    return new Caller(
        user,
        user,
        "project",
        Set.of(role),
        Map.of("user_id", user, "project_id", "project"),
        "req-1");
  }
}
