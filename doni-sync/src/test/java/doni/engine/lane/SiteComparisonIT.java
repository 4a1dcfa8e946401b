package doni.engine.lane;

import static org.assertj.core.api.Assertions.assertThat;

import doni.backend.BackendException;
import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.engine.attempt.AttemptScope.ResyncPolicy.DriftMode;
import doni.enrollment.HardwareId;
import doni.secret.SecretEncryptor;
import doni.task.WorkerTaskReader;
import doni.testing.PlainEncryptor;
import doni.testing.TestInventory;
import doni.testing.TestWorker;
import doni.worker.DeviceSignal;
import doni.worker.DeviceSignal.SignalRecorder;
import doni.worker.DeviceSignal.SignalReport;
import doni.worker.DeviceSignal.SignalStatus;
import doni.worker.LanePause;
import doni.worker.SiteListing;
import doni.worker.SiteListing.MarkedObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** The comparison of one site listing with all devices of a lane. */
@ExtendWith(OutputCaptureExtension.class)
class SiteComparisonIT {

  private static final String LANE = "tunelo";
  private static final Duration AT_ONCE = Duration.ZERO;

  private final TestInventory inventory = new TestInventory();
  private final JdbcClient jdbc = inventory.jdbc();
  private final ListingWorker worker = new ListingWorker();
  private final List<DeviceSignal> recorded = new ArrayList<>();
  private DriftMode drift = DriftMode.ENFORCE;

  @AfterEach
  void close() {
    inventory.close();
  }

  @Test
  void allDevicesOfALostHubAreDueAfterOneListing() {
    for (int i = 0; i < 500; i++) {
      steady("edge-" + i, "{\"hub\": \"lost\"}");
    }
    HardwareId unaffected = steady("well", "{\"hub\": \"ready\"}");

    assertThat(comparison(AT_ONCE).compare(worker)).isEqualTo(500);

    assertThat(worker.listings).hasValue(1);
    assertThat(due()).isEqualTo(500);
    assertThat(isDue(unaffected)).isFalse();
  }

  @Test
  void devicesOfEveryPageAreCompared() {
    jdbc.sql(
            """
            with new_device as (
              insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
              select gen_random_uuid(), 'edge-' || i, 'p', 'device.balena', '{}', now(), now()
              from generate_series(1, 2500) i returning uuid),
            task as (
              insert into worker_task (hardware_uuid, worker_type, state_details, served_generation,
                synced_generation, outcome)
              select uuid, 'tunelo', '{"hub": "lost"}', 1, 1, 'SYNCED' from new_device)
            insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)
            select 'tunelo', uuid::text, now() + interval '1 hour', false, 1, 0 from new_device
            """)
        .update();

    assertThat(comparison(AT_ONCE).compare(worker)).isEqualTo(2_500);

    assertThat(due()).isEqualTo(2_500);
  }

  @Test
  void theReplicasListTheSiteOnceAMinuteTogether() {
    SiteComparison one = comparison(SiteComparison.INTERVAL);
    SiteComparison other = comparison(SiteComparison.INTERVAL);

    for (int i = 0; i < 5; i++) {
      one.compare(worker);
      other.compare(worker);
    }
    assertThat(worker.listings).hasValue(1);

    jdbc.sql("update site_listing set listed_at = listed_at - interval '1 minute'").update();
    other.compare(worker);
    one.compare(worker);
    assertThat(worker.listings).hasValue(2);
  }

  @Test
  void nothingButTheQueueIsWritten() {
    HardwareId id = steady("edge", "{\"hub\": \"lost\"}");
    String before = inventory.task(id, LANE).toString();

    comparison(AT_ONCE).compare(worker);

    assertThat(isDue(id)).isTrue();
    assertThat(inventory.task(id, LANE)).hasToString(before);
    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
  }

  @Test
  void devicesWithAnAttemptOfTheirOwnAreSkipped() {
    HardwareId failed = steady("failed", "{\"hub\": \"lost\"}");
    jdbc.sql("update worker_task set outcome = 'FAILED'").update();
    HardwareId reported = steady("reported", "{\"hub\": \"lost\", \"drift\": {\"changes\": []}}");
    HardwareId deleted = steady("deleted", "{\"hub\": \"lost\"}");
    jdbc.sql("update hardware set deleted_at = now() where uuid = ?")
        .param(deleted.value())
        .update();
    HardwareId running = steady("running", "{\"hub\": \"lost\"}");
    jdbc.sql("update scheduled_tasks set picked = true where task_instance = ?")
        .param(running.toString())
        .update();

    assertThat(comparison(AT_ONCE).compare(worker)).isZero();

    assertThat(List.of(failed, reported, deleted, running)).noneMatch(this::isDue);
  }

  @Test
  void aListingThatOnlyReportsSignalsIsNotCompared() {
    HardwareId id = steady("edge", "{\"hub\": \"lost\"}");
    DeviceSignal signal = DeviceSignal.of(id, SignalStatus.RESPONDS, "it responds", null);
    TestWorker reporting =
        new TestWorker(LANE, TestWorker::agree) {
          @Override
          public Optional<SiteListing> listSite() {
            return Optional.of(SiteListing.ofSignals(SignalReport.shown(List.of(signal))));
          }
        };

    assertThat(comparison(AT_ONCE).compare(reporting)).isZero();

    assertThat(recorded).containsExactly(signal);
    assertThat(isDue(id)).isFalse();
  }

  @Test
  void aPausedLaneListsNothing() {
    worker.hold(new LanePause("circuit open", null));

    comparison(AT_ONCE).compare(worker);

    assertThat(worker.listings).hasValue(0);
  }

  @Test
  void aFailedListingIsRepeatedOnTheNextTurn() {
    steady("edge", "{\"hub\": \"lost\"}");
    SiteComparison comparison = comparison(AT_ONCE);
    worker.failure = Optional.of(BackendException.notSent("tunelo", "circuit open", null));
    assertThat(comparison.compare(worker)).isZero();
    worker.failure = Optional.empty();

    assertThat(comparison.compare(worker)).isEqualTo(1);
  }

  @Test
  void aWorkerWithoutAListingIsLeftAlone() {
    HardwareId id = steady("edge", "{\"hub\": \"lost\"}");

    assertThat(comparison(AT_ONCE).compare(TestWorker.agreeing(LANE))).isZero();

    assertThat(isDue(id)).isFalse();
  }

  /** What the sweep must never do is at least as important as what it does. */
  @Nested
  class Orphans {

    private final HardwareId gone = HardwareId.random();

    @BeforeEach
    void leaveAnObjectBehind() {
      event(gone, "hardware.deleted", "{}");
      worker.marked = List.of(new MarkedObject("device 1", gone, true));
    }

    @Test
    void areReportedOnceAndRemovedAsLeftoversAfterTwoListingsSomeMinutesApart(
        CapturedOutput output) {
      comparison(AT_ONCE).compare(worker);
      comparison(AT_ONCE).compare(worker);
      assertThat(found()).isZero();
      assertThat(leftovers()).isEmpty();

      minutesPass(5);
      comparison(AT_ONCE).compare(worker);
      comparison(AT_ONCE).compare(worker);

      assertThat(leftovers()).containsExactly(gone.value());
      assertThat(inventory.events(gone)).containsExactly("hardware.deleted", "worker.orphan.found");
      assertThat(output.getAll())
          .containsOnlyOnce("Orphan in tunelo: device 1 belongs to no device any more");
    }

    @ParameterizedTest
    @EnumSource(
        value = DriftMode.class,
        names = {"REPORT", "IGNORE", "SHADOW"})
    void areOnlyReportedUnderOtherDriftModes(DriftMode mode) {
      drift = mode;

      foundOrphan();

      assertThat(found()).isOne();
      assertThat(leftovers()).isEmpty();
    }

    @Test
    void areOnlyReportedWhereTheWorkerDoesNotRemoveThemByTheirMark() {
      worker.marked = List.of(new MarkedObject("node 1", gone, false));

      foundOrphan();

      assertThat(found()).isOne();
      assertThat(leftovers()).isEmpty();
    }

    @Test
    void thatAppearLongAfterTheDeviceWasGoneAreLeft() {
      jdbc.sql("update event set at = now() - interval '2 hours'").update();

      foundOrphan();

      assertThat(found()).isOne();
      assertThat(leftovers()).isEmpty();
    }

    @Test
    void ofADismissedLeftoverAreLeft() {
      event(gone, "leftover.dismissed", "{\"worker_type\": \"tunelo\"}");

      foundOrphan();

      assertThat(found()).isOne();
      assertThat(leftovers()).isEmpty();
    }

    @Test
    void areNotAnotherDonisDevices() {
      jdbc.sql("delete from event").update();

      foundOrphan();

      assertThat(remembered()).isZero();
    }

    @Test
    void areNotDevicesThatExistAreDeletedOrHaveALeftoverOrARunningAttempt() {
      HardwareId live = inventory.device("live");
      HardwareId deleted = inventory.device("deleted");
      jdbc.sql("update hardware set deleted_at = now() where uuid = ?")
          .param(deleted.value())
          .update();
      HardwareId running = inventory.enrolled("running", LANE);
      inventory.claim(running, LANE, "replica");
      jdbc.sql("delete from hardware where uuid = ?").param(running.value()).update();
      foundOrphan();
      jdbc.sql("delete from orphan").update();
      for (HardwareId id : List.of(live, deleted, running)) {
        event(id, "hardware.created", "{}");
      }
      worker.marked =
          Stream.of(live, deleted, running, gone)
              .map(id -> new MarkedObject("device " + id, id, true))
              .toList();

      foundOrphan();

      assertThat(remembered()).isZero();
      assertThat(leftovers()).containsExactly(gone.value());
    }

    @Test
    void thatBelongToADeviceAgainOrAreGoneAreForgotten() {
      drift = DriftMode.REPORT;
      foundOrphan();

      worker.marked = List.of();
      comparison(AT_ONCE).compare(worker);

      assertThat(remembered()).isZero();
    }

    @Test
    void ofAFailedListingAreNotForgotten() {
      drift = DriftMode.REPORT;
      foundOrphan();
      worker.failure = Optional.of(BackendException.notSent("tunelo", "circuit open", null));

      comparison(AT_ONCE).compare(worker);

      assertThat(found()).isOne();
    }

    private void foundOrphan() {
      comparison(AT_ONCE).compare(worker);
      minutesPass(5);
      comparison(AT_ONCE).compare(worker);
    }

    private void minutesPass(int minutes) {
      jdbc.sql("update orphan set first_seen = first_seen - make_interval(mins => ?)")
          .param(minutes)
          .update();
    }

    private void event(HardwareId id, String kind, String body) {
      jdbc.sql(
              "insert into event (hardware_uuid, at, kind, generation, body) values (?, now(), ?,"
                  + " 3, ?::jsonb)")
          .params(id.value(), kind, body)
          .update();
    }

    private long found() {
      return new OrphanStore(jdbc).count();
    }

    private long remembered() {
      return jdbc.sql("select count(*) from orphan").query(Long.class).single();
    }

    private List<UUID> leftovers() {
      return jdbc.sql("select hardware_uuid from leftover where worker_type = 'tunelo'")
          .query((row, _) -> row.getObject(1, UUID.class))
          .list();
    }
  }

  private SiteComparison comparison(Duration interval) {
    SecretEncryptor encryptor = new PlainEncryptor();
    WakeupNotifier wakeups = new WakeupNotifier(jdbc, new Replica("r"), new Housekeeping());
    return new SiteComparison(
        jdbc,
        new WorkerTaskReader(jdbc, encryptor, JsonMapper.shared()),
        new LaneQueue(jdbc, Clock.systemUTC()),
        wakeups,
        new OrphanSweep(new OrphanStore(jdbc), _ -> new ResyncPolicy(Duration.ofHours(1), drift)),
        new SignalRecorder() {
          @Override
          public void changed(String workerType, DeviceSignal signal) {}

          @Override
          public void listed(String workerType, SignalReport report, Instant asOf) {
            recorded.addAll(report.signals());
          }
        },
        interval);
  }

  private HardwareId steady(String name, String details) {
    HardwareId id = inventory.enrolled(name, LANE);
    jdbc.sql(
            """
            update worker_task set state_details = ?::jsonb, outcome = 'SYNCED', served_generation = 1,
              synced_generation = 1 where hardware_uuid = ?
            """)
        .params(details, id.value())
        .update();
    jdbc.sql(
            "update scheduled_tasks set execution_time = now() + interval '1 hour' where"
                + " task_instance = ?")
        .param(id.toString())
        .update();
    return id;
  }

  private long due() {
    return jdbc.sql("select count(*) from scheduled_tasks where execution_time <= now()")
        .query(Long.class)
        .single();
  }

  private boolean isDue(HardwareId id) {
    return jdbc.sql("select execution_time <= now() from scheduled_tasks where task_instance = ?")
        .param(id.toString())
        .query(Boolean.class)
        .single();
  }

  /** Lists hubs that are all ready, so that every device with another one recorded differs. */
  private static final class ListingWorker extends TestWorker {

    private final AtomicInteger listings = new AtomicInteger();
    private Optional<BackendException> failure = Optional.empty();
    private List<MarkedObject> marked = List.of();

    ListingWorker() {
      super(LANE, TestWorker::agree);
    }

    @Override
    public Optional<SiteListing> listSite() {
      listings.incrementAndGet();
      if (failure.isPresent()) {
        throw failure.get();
      }
      SiteListing listing = device -> !"ready".equals(device.details().get("hub"));
      return Optional.of(listing.withMarked(marked));
    }
  }
}
