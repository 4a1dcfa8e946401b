package doni.availability;

import static org.assertj.core.api.Assertions.assertThat;

import doni.availability.AgentContacts.AgentContact;
import doni.availability.AvailabilityStore.DueDevice;
import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareService;
import doni.policy.Caller;
import doni.testing.InventoryApplication;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Requests of agents in, signals about their devices out, with a clock that only the test moves.
 */
@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class AgentContactMonitorIT {

  private static final String CREDENTIAL = "credential-of-the-device";

  private final JdbcClient jdbc;
  private final MovedClock clock = new MovedClock();
  private final AgentContacts contacts = new AgentContacts(clock);
  private final Supplier<AgentContactMonitor> replicas;
  private final AgentContactMonitor monitor;
  private final HardwareService service;
  private final AgentContacts requests;
  private final AvailabilityStore availability;
  private final DeviceAvailabilityReader reader;

  @Autowired
  AgentContactMonitorIT(
      JdbcClient jdbc,
      PlatformTransactionManager transactions,
      JsonMapper json,
      HardwareService service,
      AgentContacts requests) {
    this.jdbc = jdbc;
    TransactionTemplate transaction = new TransactionTemplate(transactions);
    this.replicas =
        () ->
            new AgentContactMonitor(
                contacts,
                new AgentContactStore(jdbc, json),
                new DeviceSignalStore(jdbc, transaction, json, clock),
                transaction,
                clock);
    this.monitor = replicas.get();
    this.service = service;
    this.requests = requests;
    availability = new AvailabilityStore(jdbc);
    reader = new DeviceAvailabilityReader(jdbc, clock);
  }

  @BeforeEach
  void begin() {
    jdbc.sql("truncate hardware, device_signal_source cascade").update();
    monitor.start();
    clock.move(AgentContactStore.SILENT_AFTER);
  }

  @AfterEach
  void end() {
    monitor.stop();
  }

  @Test
  void anAgentThatAsksIsInContact() {
    HardwareId device = device();

    asks(device, CREDENTIAL);

    assertThat(signal(device)).isEqualTo("RESPONDS");
    assertThat(lastSeen(device)).isEqualTo(clock.instant());
  }

  @Test
  void onlyTheCredentialOfTheDeviceIsItsAgent() {
    HardwareId device = device();

    asks(device, "credential-of-its-owner");
    asks(device, null);

    assertThat(signal(device)).isNull();
  }

  @Test
  void anAgentThatStopsAskingIsSilentAfterThreeMinutes() {
    HardwareId device = device();
    asks(device, CREDENTIAL);
    Instant last = clock.instant();

    clock.move(Duration.ofMinutes(2));
    monitor.report();
    assertThat(signal(device)).isEqualTo("RESPONDS");
    clock.move(Duration.ofMinutes(1));
    monitor.report();

    assertThat(signal(device)).isEqualTo("SILENT");
    assertThat(lastSeen(device)).isEqualTo(last);
  }

  /** What the report confirms is not a new contact. */
  @Test
  void theEvidenceOfAContactIsTheContact() {
    HardwareId device = device();
    asks(device, CREDENTIAL);
    Instant last = clock.instant();
    clock.move(Duration.ofMinutes(2));
    monitor.report();

    DueDevice due = due(device);

    assertThat(due.signals()).singleElement().returns(last, it -> it.evidenceAt());
  }

  /** Agents may have asked in vain while the service was down. */
  @Test
  void aServiceThatHasJustStartedSaysNothing() {
    HardwareId device = device();
    asks(device, CREDENTIAL);
    monitor.stop();
    clock.move(Duration.ofHours(1));

    AgentContactMonitor restarted = replicas.get();
    restarted.start();
    restarted.report();
    assertThat(signal(device)).isEqualTo("RESPONDS");
    clock.move(AgentContactStore.SILENT_AFTER);
    restarted.report();
    restarted.stop();

    assertThat(signal(device)).isEqualTo("SILENT");
  }

  @Test
  void aReadByUuidIsNoted() {
    HardwareId device = device();
    Caller agent = new Caller("u", "alice", "p", Set.of("member"), Map.of(), "req-1", CREDENTIAL);

    var _ = service.read(agent, device.toString());

    assertThat(requests.take()).containsOnlyKeys(new AgentContact(device.value(), CREDENTIAL));
  }

  @Test
  void aDeletedDeviceHasNoAgent() {
    HardwareId device = device();
    asks(device, CREDENTIAL);
    jdbc.sql("update hardware set deleted_at = now()").update();

    asks(device, CREDENTIAL);
    clock.move(Duration.ofMinutes(10));
    monitor.report();

    assertThat(signal(device)).isEqualTo("RESPONDS");
  }

  private void asks(HardwareId device, @Nullable String credential) {
    contacts.note(device, credential);
    monitor.write();
    monitor.report();
  }

  private DueDevice due(HardwareId device) {
    jdbc.sql("update device_availability set assess_at = :now")
        .param("now", TimestampColumns.timestamp(clock.instant()))
        .update();
    List<DueDevice> due = availability.due(clock.instant(), Duration.ZERO);
    return due.stream().filter(it -> it.id().equals(device)).findFirst().orElseThrow();
  }

  private @Nullable String signal(HardwareId device) {
    return jdbc.sql("select status from device_signal where source = 'agent' and hardware_uuid = ?")
        .param(device.value())
        .query((row, _) -> row.getString("status"))
        .optional()
        .orElse(null);
  }

  private @Nullable Instant lastSeen(HardwareId device) {
    return Objects.requireNonNull(PublishedAvailability.of(device, jdbc, reader)).lastSeen();
  }

  private HardwareId device() {
    HardwareId id = HardwareId.random();
    jdbc.sql(
            """
            insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
            values (:id, 'edge-1', 'p', 'sample',
              jsonb_build_object('application_credential_id', :credential::text), :now, :now)
            """)
        .param("id", id.value())
        .param("credential", CREDENTIAL)
        .param("now", TimestampColumns.timestamp(clock.instant()))
        .update();
    return id;
  }

  private static final class MovedClock extends Clock {

    private Instant now = Instant.parse("2031-03-04T12:00:00Z");

    void move(Duration time) {
      now = now.plus(time);
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
      return this;
    }
  }
}
