package doni.availability;

import static org.assertj.core.api.Assertions.assertThat;

import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import doni.event.HardwareEventStore;
import doni.testing.InventoryApplication;
import doni.worker.DeviceSignal;
import doni.worker.DeviceSignal.SignalReport;
import doni.worker.DeviceSignal.SignalStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Signals in, what is published out, with a clock that only the test moves. */
@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class AvailabilityMonitorIT {

  private static final String K8S = "k8s";
  private static final String BALENA = "balena";
  private static final Duration STABLE = Duration.ofSeconds(30);

  private final JdbcClient jdbc;
  private final MovedClock clock = new MovedClock();
  private final DeviceSignalStore store;
  private final SignalBatcher signals;
  private final DeviceAvailabilityReader reader;
  private final AvailabilityMonitor here;
  private final AvailabilityMonitor elsewhere;

  @Autowired
  AvailabilityMonitorIT(
      JdbcClient jdbc,
      PlatformTransactionManager transactions,
      JsonMapper json,
      HardwareEventStore events) {
    this.jdbc = jdbc;
    TransactionTemplate transaction = new TransactionTemplate(transactions);
    store = new DeviceSignalStore(jdbc, transaction, json, clock);
    signals = new SignalBatcher(store);
    reader = new DeviceAvailabilityReader(jdbc, clock);
    AvailabilityProperties properties = new AvailabilityProperties(STABLE, 20, Duration.ofDays(90));
    AvailabilityStore availability = new AvailabilityStore(jdbc);
    here =
        new AvailabilityMonitor(
            availability,
            new IncidentStore(jdbc),
            signals,
            events,
            transaction,
            properties,
            clock,
            true);
    elsewhere =
        new AvailabilityMonitor(
            availability,
            new IncidentStore(jdbc),
            signals,
            events,
            transaction,
            properties,
            clock,
            true);
  }

  @BeforeEach
  void empty() {
    jdbc.sql(
            "truncate hardware, worker_task, event, scheduled_tasks, device_signal_source,"
                + " availability_incident cascade")
        .update();
  }

  @Test
  void publishesALostNodeWithReasonAndEvent() {
    HardwareId device = online("edge-1");

    lost("edge-1");
    pass(Duration.ofSeconds(2));

    DeviceAvailability published = published(device);
    assertThat(published.status()).isEqualTo(AvailabilityStatus.OFFLINE);
    assertThat(published.reason()).isEqualTo("silent");
    assertThat(published.since()).isEqualTo(clock.instant());
    assertThat(events(device)).containsExactly("device.online", "device.offline");
  }

  @Test
  void staysAsItIsWhileAChangeIsTakenBackAtOnce() {
    HardwareId device = online("edge-1");

    lost("edge-1");
    back("edge-1");
    pass(Duration.ofSeconds(2));

    assertThat(events(device)).containsExactly("device.online");
  }

  @Test
  void tenFlapsAMinuteGiveTwoEvents() {
    HardwareId device = online("edge-1");

    for (int flap = 0; flap < 10; flap++) {
      lost("edge-1");
      passes(3);
      back("edge-1");
      passes(3);
    }
    assertThat(published(device).status()).isEqualTo(AvailabilityStatus.OFFLINE);
    passes(31);

    assertThat(published(device).status()).isEqualTo(AvailabilityStatus.ONLINE);
    assertThat(events(device)).containsExactly("device.online", "device.offline", "device.online");
  }

  @Test
  void aSourceThatCannotBeReadTurnsNothingOffline() {
    HardwareId device = online("edge-1");

    passes(600);

    DeviceAvailability published = published(device);
    assertThat(published.status()).isEqualTo(AvailabilityStatus.ONLINE);
    assertThat(published.observed()).isFalse();
    assertThat(published.reason())
        .isEqualTo(
            "not observed at the moment, because no source can be read; last known: it responds");
    assertThat(published.lastSeen()).isEqualTo(clock.instant().minusSeconds(602));
    assertThat(events(device)).containsExactly("device.online");
  }

  @Test
  void aSourceThatCanBeReadAgainIsHeardAlthoughItSaysTheSame() {
    HardwareId device = online("edge-1");
    clock.move(Duration.ofMinutes(10));
    store.writeListed(
        BALENA,
        SignalReport.shown(
            List.of(DeviceSignal.of(device, SignalStatus.SILENT, "disconnected", null))),
        clock.instant());
    pass(Duration.ofSeconds(2));
    assertThat(published(device).status()).isEqualTo(AvailabilityStatus.OFFLINE);

    clock.move(Duration.ofMinutes(1));
    store.writeListed(
        K8S, SignalReport.named("gone", List.of(responds("edge-1"))), clock.instant());
    pass(Duration.ofSeconds(2));

    assertThat(published(device).status()).isEqualTo(AvailabilityStatus.ONLINE);
  }

  @Test
  void aNodeThatWasDeletedWhileNothingWatchedIsLost() {
    HardwareId device = online("edge-1");
    HardwareId waiting = enrolled("edge-2");

    store.writeListed(K8S, SignalReport.named("it has no node", List.of()), clock.instant());
    pass(Duration.ofSeconds(2));

    assertThat(published(device).status()).isEqualTo(AvailabilityStatus.OFFLINE);
    assertThat(published(device).reason()).isEqualTo("it has no node");
    assertThat(published(waiting).status()).isEqualTo(AvailabilityStatus.NEVER_SEEN);
    assertThat(events(waiting)).isEmpty();
  }

  @Test
  void aDeviceThatBalenaHidesFromUsIsNotLost() {
    HardwareId device = online("edge-1");
    store.writeListed(
        BALENA,
        SignalReport.shown(
            List.of(DeviceSignal.of(device, SignalStatus.RESPONDS, "connected", null))),
        clock.instant());

    store.writeListed(BALENA, SignalReport.shown(List.of()), clock.instant());
    pass(Duration.ofSeconds(2));

    assertThat(published(device).status()).isEqualTo(AvailabilityStatus.ONLINE);
    assertThat(jdbc.sql("select source from device_signal").query(String.class).list())
        .containsExactly(K8S);
  }

  @Test
  void aListingDoesNotUndoAChangeThatCameLater() {
    HardwareId device = online("edge-1");
    Instant listed = clock.instant();
    clock.move(Duration.ofSeconds(1));

    lost("edge-1");
    store.writeListed(K8S, SignalReport.named("gone", List.of(responds("edge-1"))), listed);
    pass(Duration.ofSeconds(2));

    assertThat(published(device).status()).isEqualTo(AvailabilityStatus.OFFLINE);
  }

  @Test
  void aSteadyFleetIsNotWritten() {
    online("edge-1");
    String before = rows();

    clock.move(Duration.ofMinutes(1));
    store.writeListed(
        K8S, SignalReport.named("gone", List.of(responds("edge-1"))), clock.instant());
    here.publish();

    assertThat(rows()).isEqualTo(before);
  }

  @Test
  void replicasPublishAChangeOnce() {
    HardwareId device = online("edge-1");

    lost("edge-1");
    clock.move(Duration.ofSeconds(2));
    here.publish();
    elsewhere.publish();

    assertThat(events(device)).containsExactly("device.online", "device.offline");
  }

  @Test
  void tenThousandDevicesThatAreLostAtOnceAreOneIncident() {
    enrollMany(10_000);
    listAll(SignalStatus.RESPONDS);
    pass(Duration.ofSeconds(2));
    jdbc.sql("truncate event").update();

    IntStream.rangeClosed(1, 10_000).forEach(n -> signals.changed(K8S, silent("many-" + n)));
    signals.flush();
    pass(Duration.ofSeconds(2));

    assertThat(count("OFFLINE")).isEqualTo(10_000);
    assertThat(siteEvents()).containsExactly("devices.lost 10000");

    clock.move(Duration.ofMinutes(5));
    listAll(SignalStatus.RESPONDS);
    pass(STABLE.plusSeconds(1));

    assertThat(count("ONLINE")).isEqualTo(10_000);
    assertThat(siteEvents()).containsExactly("devices.lost 10000", "devices.returned 10000");
  }

  @Test
  void lossesThatTrickleInJoinTheIncident() {
    enrollMany(200);
    listAll(SignalStatus.RESPONDS);
    pass(Duration.ofSeconds(2));
    jdbc.sql("truncate event").update();

    for (int batch = 0; batch < 5; batch++) {
      int first = batch * 40 + 1;
      IntStream.range(first, first + 40).forEach(n -> lost("many-" + n));
      pass(Duration.ofSeconds(2));
    }
    assertThat(siteEvents()).containsExactly("devices.lost 40");

    // Nine of ten are back, which ends the incident.
    IntStream.rangeClosed(1, 180).forEach(n -> back("many-" + n));
    passes(31);

    assertThat(siteEvents()).containsExactly("devices.lost 40", "devices.returned 200");
    assertThat(
            jdbc.sql("select count(*) from availability_incident where ended_at is null")
                .query(Integer.class)
                .single())
        .isZero();
  }

  @Test
  void aDeviceThatIsLostLongAfterAnIncidentHasAnEventOfItsOwn() {
    enrollMany(41);
    listAll(SignalStatus.RESPONDS);
    pass(Duration.ofSeconds(2));
    IntStream.rangeClosed(1, 40).forEach(n -> lost("many-" + n));
    pass(Duration.ofSeconds(2));

    clock.move(Duration.ofMinutes(2));
    lost("many-41");
    pass(Duration.ofSeconds(2));

    assertThat(events(id("many-41"))).containsExactly("device.offline");
  }

  @Test
  void deletedHardwareHasNoEvents() {
    HardwareId device = online("edge-1");
    lost("edge-1");
    jdbc.sql("update hardware set deleted_at = now()").update();

    pass(Duration.ofSeconds(2));

    assertThat(events(device)).containsExactly("device.online");
  }

  @Test
  void keepsTheHistoryAndItsShare() {
    HardwareId device = online("edge-1");
    Instant first = clock.instant();

    clock.move(Duration.ofHours(6));
    lost("edge-1");
    pass(Duration.ofSeconds(2));
    clock.move(Duration.ofHours(2));

    AvailabilityHistory history = reader.history(device);
    assertThat(history.from()).isEqualTo(first);
    assertThat(history.onlineShare()).isBetween(0.749, 0.751);
    assertThat(history.intervals())
        .extracting(AvailabilityHistory.AvailabilityInterval::status)
        .containsExactly(AvailabilityStatus.OFFLINE, AvailabilityStatus.ONLINE);
  }

  @Test
  void countsDevicesByAvailabilityAndMachineType() {
    online("edge-1");
    enrolled("edge-2");
    jdbc.sql(
            "update hardware set properties = '{\"machine_name\": \"jetson-nano\"}' where name ="
                + " 'edge-2'")
        .update();

    MeterRegistry meters = new SimpleMeterRegistry();
    MultiGauge.builder("doni.devices")
        .register(meters)
        .register(new FleetGauges(jdbc).devices(), true);

    assertThat(
            meters
                .get("doni.devices")
                .tags("availability", "online", "machine_name", "")
                .gauge()
                .value())
        .isEqualTo(1);
    assertThat(
            meters
                .get("doni.devices")
                .tags("availability", "never_seen", "machine_name", "jetson-nano")
                .gauge()
                .value())
        .isEqualTo(1);
  }

  /** All 10,000 devices have 30 intervals, so the table has 300,000 rows. */
  @Test
  void readsAHistoryOfAMonthInAFewBlocks() {
    enrollMany(10_000);
    jdbc.sql(
            """
            insert into availability_interval (hardware_uuid, began_at, ended_at, availability)
            select h.uuid, cast(:now as timestamptz) - (i + 1) * interval '2 hours',
              cast(:now as timestamptz) - i * interval '2 hours', case i % 2 when 0 then 'ONLINE' else 'OFFLINE' end
            from hardware h, generate_series(0, 29) i
            """)
        .param("now", TimestampColumns.timestamp(clock.instant()))
        .update();
    jdbc.sql("analyze availability_interval").update();
    HardwareId device = id("many-5000");

    long began = System.nanoTime();
    AvailabilityHistory history = reader.history(device);
    Duration took = Duration.ofNanos(System.nanoTime() - began);

    assertThat(history.onlineShare()).isEqualTo(0.5);
    assertThat(history.intervals()).hasSize(30);
    assertThat(took).isLessThan(Duration.ofMillis(50));
    assertThat(
            String.join(
                "\n",
                jdbc.sql("explain " + DeviceAvailabilityReader.INTERVALS)
                    .param("device", device.value())
                    .param("from", TimestampColumns.timestamp(history.from()))
                    .param("most", 1_000)
                    .query(String.class)
                    .list()))
        .contains("availability_interval_pkey")
        .doesNotContain("Seq Scan");
  }

  private HardwareId enrolled(String name) {
    UUID id = UUID.randomUUID();
    jdbc.sql(
            """
            insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
            values (?, ?, 'project', 'device.balena', '{}', now(), now())
            """)
        .param(id)
        .param(name)
        .update();
    addTasks();
    return new HardwareId(id);
  }

  private void enrollMany(int devices) {
    jdbc.sql(
            """
            insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
            select gen_random_uuid(), 'many-' || n, 'project', 'device.balena', '{}', now(), now()
            from generate_series(1, ?) n
            """)
        .param(devices)
        .update();
    addTasks();
  }

  private void addTasks() {
    jdbc.sql(
            """
            insert into worker_task (hardware_uuid, worker_type)
            select uuid, type from hardware, unnest(array['k8s', 'balena']) as type
            on conflict do nothing
            """)
        .update();
  }

  private HardwareId online(String name) {
    HardwareId device = enrolled(name);
    store.writeListed(K8S, SignalReport.named("gone", List.of(responds(name))), clock.instant());
    pass(Duration.ofSeconds(2));
    assertThat(published(device).status()).isEqualTo(AvailabilityStatus.ONLINE);
    return device;
  }

  private void listAll(SignalStatus status) {
    List<DeviceSignal> all =
        jdbc.sql("select name from hardware").query((row, _) -> row.getString(1)).list().stream()
            .map(name -> DeviceSignal.named(name, status, "listed", null))
            .toList();
    store.writeListed(K8S, SignalReport.named("gone", all), clock.instant());
  }

  private void lost(String name) {
    signals.changed(K8S, silent(name));
    signals.flush();
  }

  private void back(String name) {
    signals.changed(K8S, responds(name));
    signals.flush();
  }

  private static DeviceSignal silent(String name) {
    return DeviceSignal.named(name, SignalStatus.SILENT, "silent", null);
  }

  private static DeviceSignal responds(String name) {
    return DeviceSignal.named(name, SignalStatus.RESPONDS, "it responds", null);
  }

  private void pass(Duration later) {
    clock.move(later);
    here.publish();
  }

  /** Passes once a second. */
  private void passes(int seconds) {
    for (int second = 0; second < seconds; second++) {
      pass(Duration.ofSeconds(1));
    }
  }

  private DeviceAvailability published(HardwareId device) {
    DeviceAvailability published = PublishedAvailability.of(device, jdbc, reader);
    return published == null ? DeviceAvailability.neverSeen(Instant.EPOCH) : published;
  }

  private HardwareId id(String name) {
    return new HardwareId(
        jdbc.sql("select uuid from hardware where name = ?")
            .param(name)
            .query(UUID.class)
            .single());
  }

  private List<String> events(HardwareId device) {
    return jdbc.sql("select kind from event where hardware_uuid = ? order by id")
        .param(device.value())
        .query((row, _) -> row.getString(1))
        .list();
  }

  /** Every event there is: of an incident, no device has one. */
  private List<String> siteEvents() {
    return jdbc.sql("select kind || ' ' || (body ->> 'devices') from event order by id")
        .query((row, _) -> row.getString(1))
        .list();
  }

  private int count(String status) {
    return jdbc.sql("select count(*) from device_availability where availability = ?")
        .param(status)
        .query(Integer.class)
        .single();
  }

  private String rows() {
    List<Map<String, @Nullable Object>> rows =
        jdbc.sql(
                """
                select xmin::text as version, hardware_uuid from device_signal
                union all select xmin::text, hardware_uuid from device_availability
                """)
            .query()
            .listOfRows();
    return rows.toString();
  }

  private static final class MovedClock extends Clock {

    private Instant now = Instant.parse("2031-03-04T12:00:00Z");

    void move(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("shows UTC");
    }
  }
}
