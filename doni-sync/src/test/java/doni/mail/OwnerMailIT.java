package doni.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import doni.event.ConsoleLinks;
import doni.hardware.HardwareReader;
import doni.hardwaretype.HardwareTypes;
import doni.mail.MailServer.MailResult;
import doni.mail.OwnerMailStore.DueMail;
import doni.mail.TestMailServer.Received;
import doni.readiness.ReadinessService;
import doni.task.LanePauseReader;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** States of devices in, mails at a real mail server out, with a clock that only the test moves. */
@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class OwnerMailIT {

  private static final String OWNER = "owner@example.org";

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final HardwareReader hardware;
  private final ReadinessService readiness;
  private final HardwareTypes types;
  private final LanePauseReader pauses;
  private final MovedClock clock = new MovedClock();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final TestMailServer server = new TestMailServer();
  private final MailProperties settings = server.settings();
  private final OwnerMailSender sender;

  @Autowired
  OwnerMailIT(
      JdbcClient jdbc,
      PlatformTransactionManager transactions,
      HardwareReader hardware,
      ReadinessService readiness,
      HardwareTypes types,
      LanePauseReader pauses) {
    this.jdbc = jdbc;
    this.transaction = new TransactionTemplate(transactions);
    this.hardware = hardware;
    this.readiness = readiness;
    this.types = types;
    this.pauses = pauses;
    this.sender = replica(settings);
  }

  @BeforeEach
  void empty() {
    jdbc.sql(
            "truncate hardware, worker_task, event, scheduled_tasks, device_signal_source,"
                + " availability_incident, mail_recipient, lane_hold cascade")
        .update();
    jdbc.sql(
            "update mail_dispatch set holder = null, held_until = null, failures = 0,"
                + " failing_since = null, next_attempt_at = now()")
        .update();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void tellsTheContactOfADeviceThatStaysOffline() {
    HardwareId device = device("edge-1", OWNER);
    availability(device, "OFFLINE", "the kubelet stopped posting its status");

    passes(Duration.ofMinutes(14));
    assertThat(server.received()).isEmpty();
    passes(Duration.ofMinutes(3));

    assertThat(subjects()).containsExactly("Doni: edge-1 does not respond");
    assertThat(server.received().getFirst().envelopeTo()).isEqualTo(OWNER);
    assertThat(server.received().getFirst().text())
        .isEqualTo(
            """
            This device needs your attention:

            - edge-1 does not respond, since 29 November 2026, 19:00 UTC.
              Reason: the kubelet stopped posting its status
              What to do: check the power and the network of the device
              https://doni.example.org/console/devices/%s

            --\s
            You get this mail because you are the contact (contact_email) of these devices
            in Doni. Doni sends at most one mail about problems in an hour, and one when
            they are over. To stop it, give a device the label notifications=off, or
            another contact_email.
            """
                .formatted(device));
  }

  @Test
  void tellsOfTheReturnOfADeviceOnlyIfItsLossWasTold() {
    HardwareId told = device("told", OWNER);
    HardwareId brief = device("brief", "other@example.org");
    availability(told, "OFFLINE", "silent");
    availability(brief, "OFFLINE", "silent");
    passes(Duration.ofMinutes(10));
    availability(brief, "ONLINE", "responds");
    passes(Duration.ofMinutes(10));

    availability(told, "ONLINE", "responds");
    passes(Duration.ofMinutes(5));

    assertThat(subjects())
        .containsExactly("Doni: told does not respond", "Doni: told responds again");
    assertThat(server.received().getLast().text())
        .startsWith(
            """
            This is over:

            - told responds again, since 29 November 2026, 19:21 UTC.
              The problem began on 29 November 2026, 19:00 UTC.
            """);
  }

  @Test
  void aDeviceThatFlapsIsAtMostOneMailInItsQuietPeriod() {
    HardwareId device = device("edge-1", OWNER);
    for (int flap = 0; flap < 100; flap++) {
      availability(device, "OFFLINE", "silent");
      clock.move(Duration.ofSeconds(3));
      availability(device, "ONLINE", "responds");
      clock.move(Duration.ofSeconds(3));
      pass();
    }
    assertThat(server.received()).isEmpty();

    for (int outage = 0; outage < 3; outage++) {
      availability(device, "OFFLINE", "silent");
      passes(Duration.ofMinutes(16));
      availability(device, "ONLINE", "responds");
      passes(Duration.ofMinutes(1));
    }

    assertThat(subjects())
        .containsExactly("Doni: edge-1 does not respond", "Doni: edge-1 responds again");
  }

  @Test
  void problemsInTheQuietPeriodAreOneMailAfterIt() {
    HardwareId first = device("first", OWNER);
    List<HardwareId> others =
        IntStream.range(0, 25)
            .mapToObj(i -> device("other-" + i, OWNER.toUpperCase(Locale.ROOT)))
            .toList();
    availability(first, "OFFLINE", "silent");
    passes(Duration.ofMinutes(16));
    HardwareId untold = device("untold", OWNER);
    availability(untold, "OFFLINE", "silent");
    others.forEach(other -> availability(other, "OFFLINE", "silent"));
    passes(Duration.ofMinutes(20));
    availability(untold, "ONLINE", "responds");
    passes(Duration.ofMinutes(30));
    assertThat(server.received()).hasSize(1);

    passes(Duration.ofMinutes(15));

    assertThat(subjects()).containsExactly("Doni: first does not respond", "Doni: 25 new problems");
    assertThat(server.received().getLast().text())
        .startsWith("These devices need your attention:\n\n- other-0 does not respond")
        .contains("- and 5 more.", "Since the last mail, 1 other problem began and ended.");
  }

  @Test
  void manyDevicesLostAtOnceAreOneMailToEachContact() {
    manyDevices(10_000);
    long incident = incident();
    jdbc.sql(
            """
            insert into device_availability (hardware_uuid, availability, since, reason, incident_id)
            select uuid, 'OFFLINE', :now, 'the hub is gone', :incident from hardware
            """)
        .param("now", TimestampColumns.timestamp(clock.instant()))
        .param("incident", incident)
        .update();

    IntStream.range(0, 6).forEach(_ -> jump(Duration.ofMinutes(15)));

    assertThat(server.received())
        .extracting(Received::envelopeTo)
        .containsExactlyInAnyOrder(
            "owner0@example.org", "owner1@example.org", "owner2@example.org");
    assertThat(server.received().getFirst().text())
        .containsPattern("- and 331[34] more\\.")
        .contains("The cause is probably at the site")
        .hasSizeLessThan(10_000);

    jdbc.sql(
            "update device_availability set availability = 'ONLINE' where hardware_uuid in"
                + " (select uuid from hardware where name < 'd9')")
        .update();
    jump(Duration.ofMinutes(20));
    assertThat(server.received()).hasSize(3);
    jdbc.sql("update device_availability set availability = 'ONLINE', incident_id = null").update();
    jdbc.sql("update availability_incident set ended_at = now()").update();
    jump(Duration.ofMinutes(20));
    jump(Duration.ofMinutes(20));

    assertThat(server.received()).hasSize(6);
    assertThat(subjects().subList(3, 6)).allMatch(subject -> subject.endsWith("problems are over"));
  }

  @Test
  void twoReplicasSendOneMail() throws Exception {
    IntStream.range(0, 10)
        .forEach(i -> availability(device("d" + i, "o" + i + "@example.org"), "OFFLINE", "silent"));
    clock.move(Duration.ofMinutes(16));
    List<OwnerMailSender> replicas = Stream.generate(() -> replica(settings)).limit(3).toList();
    List<OwnerProblemMonitor> monitors = Stream.generate(() -> monitor(settings)).limit(3).toList();
    CyclicBarrier all = new CyclicBarrier(replicas.size());
    List<Callable<Boolean>> working =
        IntStream.range(0, replicas.size())
            .<Callable<Boolean>>mapToObj(i ->
                () -> {
                  all.await();
                  monitors.get(i).update();
                  all.await();
                  replicas.get(i).send(() -> true);
                  return true;
                })
            .toList();

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(threads.invokeAll(working)).allSatisfy(one -> assertThat(one.get()).isTrue());
    }

    assertThat(server.received()).hasSize(10);
    assertThat(server.received()).extracting(Received::envelopeTo).doesNotHaveDuplicates();
  }

  @Test
  void aReplicaThatDiesAfterSendingCausesOneMoreMailAtMost() {
    availability(device("edge-1", OWNER), "OFFLINE", "silent");
    clock.move(Duration.ofMinutes(16));
    monitor(settings).update();
    OwnerMailStore dead = store(settings);
    assertThat(dead.hold()).isPresent();
    DueMail due = dead.next(clock.instant()).orElseThrow();
    MailResult result =
        new MailServer(settings, clock)
            .send(
                MailAddress.parse(due.address()).orElseThrow(),
                new OwnerMailWriter(new ConsoleLinks(null), Duration.ofHours(1)).write(due));
    assertThat(result).isEqualTo(new MailResult.Sent());

    sender.send(() -> true);
    assertThat(server.received()).hasSize(1);
    jdbc.sql("update mail_dispatch set held_until = now() - interval '1 second'").update();
    sender.send(() -> true);
    passes(Duration.ofMinutes(30));

    assertThat(server.received()).hasSize(2);
  }

  @Test
  void aReplicaThatDiesBeforeSendingLosesNothing() {
    availability(device("edge-1", OWNER), "OFFLINE", "silent");
    clock.move(Duration.ofMinutes(16));
    monitor(settings).update();
    assertThat(store(settings).hold()).isPresent();
    jdbc.sql("update mail_dispatch set held_until = now() - interval '1 second'").update();

    replica(settings).send(() -> true);

    assertThat(subjects()).containsExactly("Doni: edge-1 does not respond");
  }

  @Test
  void aProblemThatEndsWhileItsMailIsSentIsToldToBeOver() {
    HardwareId device = device("edge-1", OWNER);
    availability(device, "OFFLINE", "silent");
    server.whileSending(() -> {
      availability(device, "ONLINE", "responds");
      monitor(settings).update();
    });

    passes(Duration.ofMinutes(17));
    server.whileSending(() -> {});
    passes(Duration.ofMinutes(17));

    assertThat(subjects())
        .containsExactly("Doni: edge-1 does not respond", "Doni: edge-1 responds again");
  }

  @Test
  void aMailServerThatIsDownDelaysTheMailOnly() {
    HardwareId device = device("edge-1", OWNER);
    availability(device, "OFFLINE", "silent");
    server.refuses(421, "too busy");
    passes(Duration.ofMinutes(20));
    assertThat(server.received()).isEmpty();
    assertThat(count("failed")).isPositive();
    jdbc.sql("update mail_dispatch set failing_since = now() - interval '1 hour'").update();
    assertThat(store(settings).failingSeconds()).isBetween(3_599.0, 3_660.0);

    server.acceptsAgain();
    passes(Duration.ofMinutes(1));

    assertThat(subjects()).containsExactly("Doni: edge-1 does not respond");
    assertThat(count("sent")).isEqualTo(1);
    assertThat(store(settings).failingSeconds()).isZero();
  }

  @Test
  void anUnreachableMailServerIsTriedAgainLater() {
    availability(device("edge-1", OWNER), "OFFLINE", "silent");
    clock.move(Duration.ofMinutes(16));
    monitor(settings).update();
    server.close();

    replicaWaiting(Duration.ofHours(1)).send(() -> true);
    replicaWaiting(Duration.ofHours(1)).send(() -> true);

    assertThat(count("failed")).isEqualTo(1);
    assertThat(
            jdbc.sql("select extract(epoch from next_attempt_at - now())::int from mail_dispatch")
                .query(Integer.class)
                .single())
        .isBetween(3_590, 3_600);
  }

  @Test
  void aRefusedAddressDelaysNoOther() {
    availability(device("a", "gone@example.org"), "OFFLINE", "silent");
    availability(device("b", OWNER), "OFFLINE", "silent");
    server.refusesRecipient("gone@example.org", 550, "unknown");

    passes(Duration.ofMinutes(60));

    assertThat(server.received()).extracting(Received::envelopeTo).containsExactly(OWNER);
    assertThat(count("refused")).isEqualTo(1);
    server.acceptsAgain();
    clock.move(Duration.ofDays(1));
    pass();
    assertThat(server.received())
        .extracting(Received::envelopeTo)
        .containsExactly(OWNER, "gone@example.org");
  }

  /** An answer about one address shows that the mail server works. */
  @Test
  void aRefusedAddressEndsTheOutageAndKeepsTheClaim() {
    availability(device("a", "gone@example.org"), "OFFLINE", "silent");
    clock.move(Duration.ofMinutes(16));
    monitor(settings).update();
    jdbc.sql("update mail_dispatch set failures = 3, failing_since = now() - interval '1 hour'")
        .update();
    OwnerMailStore store = store(settings);
    assertThat(store.hold()).contains(3);
    jdbc.sql("update mail_dispatch set held_until = now() + interval '1 second'").update();

    assertThat(store.refused("gone@example.org", clock.instant())).isTrue();

    assertThat(store.failingSeconds()).isZero();
    assertThat(
            jdbc.sql(
                    "select failures = 0 and held_until > now() + interval '1 minute' from mail_dispatch")
                .query(Boolean.class)
                .single())
        .isTrue();
  }

  @Test
  void aReplicaThatLostItsClaimSendsNothingMore() {
    availability(device("a", "gone@example.org"), "OFFLINE", "silent");
    availability(device("b", OWNER), "OFFLINE", "silent");
    clock.move(Duration.ofMinutes(16));
    monitor(settings).update();
    server.refusesRecipient("gone@example.org", 550, "unknown");

    sender.send(() -> {
      jdbc.sql("update mail_dispatch set holder = gen_random_uuid()").update();
      return true;
    });

    assertThat(count("refused")).isEqualTo(1);
    assertThat(server.received()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not an address",
        "a@example.org, b@example.org",
        "a@example.org\r\nBcc: b@example.org",
        "Ada <a@example.org>"
      })
  void sendsNothingToWhatIsNotOnePlainAddress(String contact) {
    availability(device("a", contact), "OFFLINE", "silent");
    availability(device("b", OWNER), "OFFLINE", "silent");

    passes(Duration.ofMinutes(20));

    assertThat(server.received()).extracting(Received::envelopeTo).containsExactly(OWNER);
    assertThat(count("refused")).isEqualTo(1);
  }

  @Test
  void namesAndReasonsCannotAddHeadersOrLines() {
    availability(
        device("edge\r\nBcc: all@example.org\r\n\r\nx", OWNER),
        "OFFLINE",
        "silent\r\n.\r\nMAIL FROM:<evil@example.org>\r\n\u2028--\u0000 end");

    passes(Duration.ofMinutes(16));

    Received mail = server.received().getFirst();
    assertThat(server.received()).hasSize(1);
    assertThat(mail.header("Bcc")).isNull();
    assertThat(mail.headerNames())
        .containsExactlyInAnyOrder(
            "Received",
            "Date",
            "From",
            "To",
            "Message-ID",
            "Subject",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding",
            "Auto-Submitted");
    assertThat(mail.subject()).isEqualTo("Doni: edge Bcc: all@example.org x does not respond");
    assertThat(mail.text())
        .contains("  Reason: silent . MAIL FROM:<evil@example.org> -- end\n")
        .doesNotContain("\u0000", "\u2028");
  }

  @Test
  void tellsOfADeviceThatDoesNotBecomeReady() {
    HardwareId device = device("edge-1", OWNER);
    task(device, "SYNCED", "{}", "{}");

    jump(Duration.ofMinutes(1));
    passes(Duration.ofMinutes(55));
    assertThat(server.received()).isEmpty();
    passes(Duration.ofMinutes(10));
    reaches(device, "booted");
    passes(Duration.ofMinutes(20));

    assertThat(subjects()).containsExactly("Doni: edge-1 is not ready", "Doni: edge-1 is ready");
    assertThat(server.received().getFirst().text())
        .contains(
            """
            - edge-1 is not ready, since 29 November 2026, 19:01 UTC.
              Reason: the step 'booted' is not reached: the machine has never booted
              What to do: connect its power
            """);
  }

  @Test
  void tellsOfAnErrorThatStays() {
    HardwareId device = device("edge-1", OWNER);
    task(device, "FAILED", "{}", "{\"booted\": \"2026-11-01T00:00:00Z\"}");
    jdbc.sql("update worker_task set reason = 'no such fleet'").update();

    passes(Duration.ofMinutes(61));

    assertThat(server.received().getFirst().text())
        .contains(
            "  Reason: fake-worker: no such fleet\n"
                + "  What to do: correct what the reason names, if you entered it; otherwise ask");
  }

  @Test
  void waitsWhileTheLaneOfTheStepIsPaused() {
    HardwareId device = device("edge-1", OWNER);
    task(device, "SYNCED", "{}", "{}");
    jdbc.sql(
            """
            insert into lane_hold (worker_type, replica, reason, since, seen_at)
            values (?, 'r', 'circuit open', now(), now() + interval '1 hour')
            """)
        .param(SampleTypes.WORKER)
        .update();
    await().until(() -> pauses.current().containsKey(SampleTypes.WORKER));

    passes(Duration.ofMinutes(90));
    assertThat(server.received()).isEmpty();
    jdbc.sql("delete from lane_hold").update();
    await().until(() -> pauses.current().isEmpty());
    passes(Duration.ofMinutes(61));

    assertThat(subjects()).containsExactly("Doni: edge-1 is not ready");
  }

  @Test
  void tellsAtOnceOfADeviceThatMustBeBakedAgainAndOfNothingElse() {
    HardwareId device = device("edge-1", OWNER);
    task(device, "SYNCED", "{\"needs_bake\": \"2026-11-29T19:00:00+00:00\"}", "{}");
    availability(device, "OFFLINE", "silent");

    passes(Duration.ofHours(3));
    assertThat(subjects()).containsExactly("Doni: edge-1 must be baked again");
    assertThat(server.received().getFirst().text())
        .contains("What to do: write the new config.json to the boot partition")
        .doesNotContain("Reason:");
    jdbc.sql("update worker_task set state_details = '{}'").update();
    availability(device, "ONLINE", "responds");
    reaches(device, "booted");
    passes(Duration.ofMinutes(20));

    assertThat(subjects())
        .containsExactly("Doni: edge-1 must be baked again", "Doni: edge-1 has its new key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "labels = '{\"notifications\": \"off\"}'",
        "properties = '{}'",
        "properties = '{\"contact_email\": \"\"}'",
        "deleted_at = now()",
        "quarantined_at = now()"
      })
  void staysSilent(String change) {
    HardwareId device = device("edge-1", OWNER);
    availability(device, "OFFLINE", "silent");
    jdbc.sql("update hardware set " + change).update();

    passes(Duration.ofHours(2));

    assertThat(server.received()).isEmpty();
  }

  @Test
  void aNewContactIsToldOfAProblemThatLasts() {
    HardwareId device = device("edge-1", OWNER);
    availability(device, "OFFLINE", "silent");
    passes(Duration.ofMinutes(16));
    jdbc.sql("update hardware set properties = '{\"contact_email\": \"new@example.org\"}'")
        .update();

    passes(Duration.ofMinutes(30));
    assertThat(server.received()).hasSize(1);
    passes(Duration.ofMinutes(40));
    availability(device, "ONLINE", "responds");
    passes(Duration.ofMinutes(20));

    assertThat(server.received())
        .extracting(Received::envelopeTo)
        .containsExactly(OWNER, "new@example.org", "new@example.org");
  }

  @Test
  void nothingIsLeftOfProblemsThatAreOver() {
    HardwareId device = device("edge-1", OWNER);
    availability(device, "OFFLINE", "silent");
    passes(Duration.ofMinutes(16));
    availability(device, "ONLINE", "responds");
    passes(Duration.ofMinutes(70));
    clock.move(Duration.ofDays(1));
    pass();
    pass();

    assertThat(rows("owner_notification")).isZero();
    assertThat(rows("mail_recipient")).isZero();
  }

  private OwnerMailStore store(MailProperties of) {
    return new OwnerMailStore(jdbc, transaction, of.quietPeriod());
  }

  private OwnerMailSender replica(MailProperties of) {
    return replica(of, Duration.ZERO);
  }

  private OwnerMailSender replicaWaiting(Duration wait) {
    return replica(settings, wait);
  }

  private OwnerMailSender replica(MailProperties of, Duration wait) {
    return new OwnerMailSender(
        store(of),
        new MailServer(of, clock),
        new OwnerMailWriter(new ConsoleLinks("https://doni.example.org/console"), of.quietPeriod()),
        _ -> wait,
        meters,
        clock);
  }

  private OwnerProblemMonitor monitor(MailProperties of) {
    return new OwnerProblemMonitor(
        new OwnerProblemStore(jdbc, of), hardware, readiness, types, pauses, transaction, clock);
  }

  /** In steps that are short compared with every time that matters. */
  private void passes(Duration time) {
    Duration step = Duration.ofMinutes(time.toMinutes() > 20 ? 5 : 1);
    for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(step)) {
      jump(step);
    }
  }

  private void jump(Duration time) {
    clock.move(time);
    pass();
  }

  private void pass() {
    monitor(settings).update();
    sender.send(() -> true);
  }

  private HardwareId device(String name, String contact) {
    HardwareId id = HardwareId.random();
    jdbc.sql(
            """
            insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
            values (:id, :name, 'p', 'sample', jsonb_build_object('contact_email', :contact::text), :now, :now)
            """)
        .param("id", id.value())
        .param("name", name)
        .param("contact", contact)
        .param("now", TimestampColumns.timestamp(clock.instant()))
        .update();
    return id;
  }

  private void manyDevices(int devices) {
    jdbc.sql(
            """
            insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
            select gen_random_uuid(), 'd' || i, 'p', 'sample',
              jsonb_build_object('contact_email', 'owner' || i % 3 || '@example.org'), now(), now()
            from generate_series(0, :last) i
            """)
        .param("last", devices - 1)
        .update();
  }

  private long incident() {
    return jdbc.sql(
            "insert into availability_incident (began_at, grown_at, devices) values (:now, :now,"
                + " 10000) returning id")
        .param("now", TimestampColumns.timestamp(clock.instant()))
        .query(Long.class)
        .single();
  }

  private void availability(HardwareId device, String status, @Nullable String reason) {
    jdbc.sql(
            """
            insert into device_availability (hardware_uuid, availability, since, reason)
            values (:id, :status, :now, :reason)
            on conflict (hardware_uuid) do update set availability = excluded.availability,
              since = excluded.since, reason = excluded.reason
            """)
        .param("id", device.value())
        .param("status", status)
        .param("now", TimestampColumns.timestamp(clock.instant()))
        // Postgres stores no NUL.
        .param("reason", String.valueOf(reason).replace("\u0000", "\u0007"))
        .update();
  }

  private void task(HardwareId device, String outcome, String details, String milestones) {
    jdbc.sql(
            """
            insert into worker_task (hardware_uuid, worker_type, outcome, served_generation, synced_generation,
              state_details, milestones)
            values (:id, :worker, :outcome, 1, 1, :details::jsonb, :milestones::jsonb)
            """)
        .param("id", device.value())
        .param("worker", SampleTypes.WORKER)
        .param("outcome", outcome)
        .param("details", details)
        .param("milestones", milestones)
        .update();
  }

  private void reaches(HardwareId device, String milestone) {
    jdbc.sql(
            """
            update worker_task set milestones = jsonb_build_object(:milestone::text, :now::timestamptz),
              state_details = jsonb_build_object(:milestone::text, true)
            where hardware_uuid = :id
            """)
        .param("id", device.value())
        .param("milestone", milestone)
        .param("now", TimestampColumns.timestamp(clock.instant()))
        .update();
  }

  private List<String> subjects() {
    return server.received().stream().map(Received::subject).toList();
  }

  private double count(String outcome) {
    return meters.get("doni.mail.messages").tag("outcome", outcome).counter().count();
  }

  private long rows(String table) {
    return jdbc.sql("select count(*) from " + table).query(Long.class).single();
  }

  private static final class MovedClock extends Clock {

    private Instant now = Instant.parse("2026-11-29T19:00:00Z");

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
