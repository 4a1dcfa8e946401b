package doni.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.console.LiveStreamController.LiveScope;
import doni.enrollment.HardwareId;
import doni.event.ChangeWatch.ChangeNotice;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Pages that watch the fleet; run in the service of {@link ConsoleIT}. */
abstract class ConsoleWatchCases {

  private static final Duration SOON = Duration.ofSeconds(1);
  private static final int OPEN_PAGES = 200;

  private final Function<String, ConsoleBrowser> logIn;
  private final UnaryOperator<String> enroll;
  private final JdbcClient database;
  private int names;

  /**
   * @param logIn logs a user in
   * @param enroll enrolls a device of project {@code p} by its name, and returns its UUID
   */
  ConsoleWatchCases(
      Function<String, ConsoleBrowser> logIn, UnaryOperator<String> enroll, JdbcClient database) {
    this.logIn = logIn;
    this.enroll = enroll;
    this.database = database;
  }

  @Test
  void openPageLearnsOfACommitOfAnotherReplica() {
    String device = device();
    ConsoleBrowser member = logIn.apply("member");

    for (String path : List.of("/console/live?device=" + device, "/console/live")) {
      try (Stream<String> stream = opened(member.open(path))) {
        Iterator<String> lines = stream.iterator();
        assertThat(lines.next()).isEqualTo("retry: 1000");

        long committed = commitElsewhere(device);

        assertThat(untilChanged(lines)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - committed)).as(path).isLessThan(SOON);
      }
    }
  }

  @Test
  void manyPagesAreOpenAtTheSameTime() throws Exception {
    String device = device();
    ConsoleBrowser member = logIn.apply("member");
    List<Stream<String>> streams = new ArrayList<>();
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> told = new ArrayList<>();
      for (int i = 0; i < OPEN_PAGES; i++) {
        Stream<String> stream = opened(member.open("/console/live?device=" + device));
        streams.add(stream);
        Iterator<String> lines = stream.iterator();
        told.add(readers.submit(() -> untilChanged(lines)));
      }
      long committed = commitElsewhere(device);
      for (Future<Boolean> one : told) {
        assertThat(one.get(10, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - committed)).isLessThan(Duration.ofSeconds(5));
      assertThat(member.get("/console/devices").statusCode()).isEqualTo(200);
      streams.forEach(Stream::close);
      // A closed page is noticed by the next writes to it; its place is then another page's.
      await()
          .pollInterval(Duration.ofSeconds(1))
          .atMost(Duration.ofSeconds(60))
          .until(() -> {
            commitElsewhere(device);
            return countOpened(member, "/console/live?device=" + device) == OPEN_PAGES;
          });
    }
  }

  /** Opens pages until one is refused, closes them, and returns how many were open. */
  private static int countOpened(ConsoleBrowser browser, String path) {
    List<HttpResponse<Stream<String>>> opened = new ArrayList<>();
    try {
      while (opened.size() < OPEN_PAGES) {
        HttpResponse<Stream<String>> answer = browser.open(path);
        if (answer.statusCode() != 200) {
          answer.body().close();
          break;
        }
        opened.add(answer);
      }
      return opened.size();
    } finally {
      opened.forEach(answer -> answer.body().close());
    }
  }

  @Test
  void streamEndsWithItsSession() {
    String device = device();
    ConsoleBrowser member = logIn.apply("member");
    member.get("/console");

    try (Stream<String> stream = opened(member.open("/console/live?device=" + device))) {
      Iterator<String> lines = stream.iterator();
      assertThat(lines.next()).isEqualTo("retry: 1000");
      // As a logout on another replica; the token is still valid.
      String cookie = member.cookie(SignedSessionCookie.NAME).orElseThrow();
      database
          .sql("delete from spring_session where session_id = ?")
          .param(cookie.substring(0, cookie.indexOf('.')))
          .update();
      commitElsewhere(device);

      assertThat(untilChanged(lines)).isFalse();
    }
  }

  @Test
  void streamIsForThoseWhoMayReadWhatThePageShows() {
    String path = "/console/live?device=" + device();

    assertThat(status(logIn.apply("stranger"), path)).isEqualTo(403);
    assertThat(status(logIn.apply("admin"), "/console/live?device=edge-01")).isEqualTo(404);
    assertThat(status(logIn.apply("unknown-user"), path)).isEqualTo(401);
  }

  @Test
  void scopeOfAPageIsItsDeviceOrItsProject() {
    HardwareId device = HardwareId.random();
    ChangeNotice own = new ChangeNotice(device, "p", "worker.synced");
    ChangeNotice other = new ChangeNotice(HardwareId.random(), "q", "worker.synced");
    ChangeNotice lanes = new ChangeNotice(new HardwareId(new UUID(0, 0)), null, "lanes");
    ChangeNotice site = new ChangeNotice(new HardwareId(new UUID(0, 0)), null, "devices.lost");
    ChangeNotice runs = new ChangeNotice(new HardwareId(new UUID(0, 0)), null, "runs");
    List<ChangeNotice> all = List.of(own, other, lanes, site, runs);

    assertThat(all.stream().filter(new LiveScope.OneDevice(device)::includes)).containsExactly(own);
    assertThat(all.stream().filter(new LiveScope.OneProject("p")::includes))
        .containsExactly(own, lanes);
    assertThat(all.stream().filter(new LiveScope.EveryProject()::includes))
        .containsExactly(own, other, lanes, site);
    assertThat(all.stream().filter(new LiveScope.ResyncRuns()::includes)).containsExactly(runs);
  }

  @Test
  void resyncRunIsBegunForAllThatMatchAndControlled() {
    String prefix = "run-" + names++;
    for (int i = 0; i < 3; i++) {
      String _ = enroll.apply(prefix + "-" + i);
    }
    ConsoleBrowser admin = logIn.apply("admin");
    String filter = "?all_projects=True&q=" + prefix;
    admin.get("/console/devices" + filter);

    String question =
        admin.post("/console/devices/batch" + filter, "action", "resync", "scope", "all").body();
    HttpResponse<String> begun = resyncAllThatMatch(admin, filter, 3);
    String location = begun.headers().firstValue("Location").orElse("");
    String page = admin.get(location).body();
    String run = location.substring(0, location.indexOf('?'));

    assertThat(question).contains("Devices: 3.", "name=\"count\" value=\"3\"", prefix + "-2");
    assertThat(location).startsWith("/console/runs/");
    assertThat(page).contains("0 of 9 tasks done", prefix + "-0", "The run has begun.");
    assertThat(admin.post(run + "/pause").statusCode()).isEqualTo(302);
    assertThat(admin.get(run).body()).contains(">paused<", "Resume");
    assertThat(admin.post(run + "/resume").statusCode()).isEqualTo(302);
    assertThat(admin.post(run + "/cancel").statusCode()).isEqualTo(302);
    assertThat(admin.get(run).body()).contains(">canceled<").doesNotContain("/cancel\"");
    assertThat(admin.get("/console/runs").body())
        .contains(run.substring("/console/runs/".length()));
    assertThat(admin.post(run + "/pause").statusCode()).isEqualTo(409);
  }

  /** The page asks for nothing by the clock; it hears of each step. */
  @Test
  void openPageOfARunLearnsOfItsProgress() {
    String id = device();
    ConsoleBrowser admin = logIn.apply("admin");
    admin.get("/console/devices");
    String run =
        resyncAllThatMatch(admin, "?all_projects=True&q=" + nameOf(id), 1)
            .headers()
            .firstValue("Location")
            .orElseThrow();
    String page = admin.get(run).body();
    String stream = link(page, "data-stream=\"([^\"]+)\"");
    admin.get("/console/runs");

    try (Stream<String> events = opened(admin.open(stream))) {
      Iterator<String> lines = events.iterator();
      assertThat(lines.next()).isEqualTo("retry: 1000");
      // The first reading, with which later ones are compared.
      assertThat(untilChanged(lines)).isTrue();
      long done =
          began(() ->
              database
                  .sql(
                      "update worker_task set version = version + 2, outcome = 'SYNCED' where"
                          + " worker_type = 'k8s' and hardware_uuid = cast(? as uuid)")
                  .param(id)
                  .update());

      assertThat(untilChanged(lines)).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - done)).isLessThan(SOON);
      String changed = admin.get(link(page, "hx-get=\"([^\"]+)\"")).body();
      assertThat(changed).contains("1 of 3 tasks done").doesNotContain("data-every");

      long paused = began(() -> admin.post(run.replaceFirst("\\?.*", "") + "/pause"));
      assertThat(untilChanged(lines)).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - paused)).isLessThan(SOON);
    }
    assertThat(status(logIn.apply("member"), stream)).isEqualTo(403);
    admin.post(run.replaceFirst("\\?.*", "") + "/cancel");
  }

  private String nameOf(String device) {
    return database
        .sql("select name from hardware where uuid = cast(? as uuid)")
        .param(device)
        .query(String.class)
        .single();
  }

  private static long began(Runnable change) {
    change.run();
    return System.nanoTime();
  }

  /** The count is that of the devices which the user was shown before. */
  private static HttpResponse<String> resyncAllThatMatch(
      ConsoleBrowser browser, String filter, int count) {
    return browser.post(
        "/console/devices/batch/run" + filter,
        "action",
        "resync",
        "scope",
        "all",
        "count",
        String.valueOf(count));
  }

  @Test
  void runThatAFilterCanDescribeHasThatFilter() {
    String id = device();
    ConsoleBrowser admin = logIn.apply("admin");
    String filter = "?all_projects=True&state=pending&hardware_type=device.balena&selector=a%3Db";
    admin.get("/console/devices/" + id);
    label(admin, id, "a", "b");

    HttpResponse<String> begun = resyncAllThatMatch(admin, filter, 1);

    assertThat(admin.get(begun.headers().firstValue("Location").orElse("/console")).body())
        .contains("hardware_type=device.balena", "state=PENDING", "selector=a=b")
        .doesNotContain("names=");
  }

  /** Not on more than was confirmed. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "properties.machine_name=raspberrypi4-64",
        "created_after=2026-01-01T00:00:00Z",
        "created_before=2099-01-01T00:00:00Z",
        "updated_after=2026-01-01T00:00:00Z",
        "updated_before=2099-01-01T00:00:00Z",
        "quarantined=false"
      })
  void runThatAFilterCannotDescribeIsOfTheDevicesThatMatch(String condition) {
    String id = device();
    ConsoleBrowser admin = logIn.apply("admin");
    admin.get("/console/devices/" + id);
    label(admin, id, "of", id);

    HttpResponse<String> begun =
        resyncAllThatMatch(admin, "?all_projects=True&selector=of%3D" + id + "&" + condition, 1);

    assertThat(admin.get(begun.headers().firstValue("Location").orElse("/console")).body())
        .contains("names=" + nameOf(id));
  }

  @Test
  void batchIsConfirmedAgainWhenOtherDevicesMatch() {
    ConsoleBrowser member = logIn.apply("member");
    String filter = "?q=" + enrolledName();
    member.get("/console/devices");

    HttpResponse<String> answer = resyncAllThatMatch(member, filter, 7);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("Other devices match by now.", "Devices: 1");
  }

  @Test
  void batchSaysOfEachDeviceWhatBecameOfIt() {
    String first = device();
    String second = device();
    ConsoleBrowser admin = logIn.apply("admin");
    ConsoleBrowser member = logIn.apply("member");
    ConsoleBrowser reader = logIn.apply("reader");
    Stream.of(admin, member, reader).forEach(browser -> browser.get("/console/devices"));

    String quarantined =
        run(admin, "quarantine", "device", first, "device", second, "reason", "relay").body();
    String labeled = run(member, "label", "device", first, "key", "rack", "value", "r11").body();
    String refused =
        run(member, "label", "device", first, "key", "site/rack", "value", "r11").body();
    String forbidden = run(reader, "resync", "device", first).body();
    String invalid = run(member, "label", "device", first, "key", "-", "value", "x").body();
    run(admin, "release", "device", first, "device", second);
    String unlabeled = run(member, "unlabel", "device", first, "key", "rack").body();

    assertThat(quarantined).contains("Done for 2 of 2 devices.");
    assertThat(labeled).contains("Done for 1 of 1 devices.");
    assertThat(refused).contains("Done for 0 of 1 devices.", "hardware:label_site is disallowed");
    assertThat(forbidden).contains("Done for 0 of 1 devices.", "hardware:update is disallowed");
    assertThat(invalid).contains("Done for 0 of 1 devices.");
    assertThat(unlabeled).contains("Done for 1 of 1 devices.");
    assertThat(quarantines(first)).isZero();
    assertThat(run(logIn.apply("stranger"), "resync", "device", first).statusCode()).isEqualTo(403);
    assertThat(run(member, "delete", "device", first).statusCode()).isEqualTo(404);
    assertThat(member.post("/console/devices/batch", "action", "resync").body())
        .contains("No device is selected.");
  }

  @Test
  void batchIsOfferedToThoseWhoMayActOnTheirDevices() {
    device();

    assertThat(logIn.apply("reader").get("/console/devices").body())
        .doesNotContain("id=\"batch\"", "name=\"device\"");
    assertThat(logIn.apply("member").get("/console/devices").body())
        .contains("value=\"resync\"", "value=\"label\"", "name=\"device\"")
        .doesNotContain("value=\"quarantine\"", "/console/runs");
    assertThat(logIn.apply("admin").get("/console/devices?all_projects=True").body())
        .contains("value=\"quarantine\"", "value=\"release\"", "href=\"/console/runs\"");
    for (String path :
        List.of("/console/runs", "/console/runs/live", "/console/runs/" + UUID.randomUUID())) {
      assertThat(logIn.apply("member").get(path).statusCode()).as(path).isEqualTo(403);
    }
  }

  @Test
  void matchingDevicesAreDownloadedAsCsv() {
    String id = device();
    ConsoleBrowser member = logIn.apply("member");
    member.get("/console/devices");
    run(member, "label", "device", id, "key", "exported", "value", "yes");

    HttpResponse<String> table = member.get("/console/devices/export?selector=exported");

    assertThat(table.headers().firstValue("Content-Type")).hasValue("text/csv;charset=UTF-8");
    assertThat(table.headers().firstValue("Content-Disposition").orElse(""))
        .contains("attachment", "devices.csv");
    assertThat(table.body().lines()).hasSize(2);
    assertThat(table.body())
        .startsWith("name,uuid,project_id,hardware_type,device_availability,")
        .contains(id, "k8s=PENDING", "exported=yes")
        .doesNotContain("canary");
    assertThat(member.get("/console/devices/export?all_projects=True").statusCode()).isEqualTo(403);
    assertThat(member.get("/console/devices/export?state=WRONG").statusCode()).isEqualTo(400);
  }

  @Test
  void cellOfATableIsNoFormula() {
    assertThat(
            Stream.of("=1+1", "+1", "-1", "@a", "\t=1", "edge-01", "", "a=b")
                .map(DeviceExportController::text))
        .containsExactly("'=1+1", "'+1", "'-1", "'@a", "'\t=1", "edge-01", "", "a=b");
  }

  @Test
  void activityIsFilteredAndPagedBackByTheRulesOfTheEvents() {
    String id = device();
    for (int i = 0; i < 50; i++) {
      commitElsewhere(id);
    }
    ConsoleBrowser member = logIn.apply("member");

    String first = member.get("/console/activity?hardware=" + id + "&kind=").body();
    String second = member.get(link(first, "rel=\"next\" href=\"([^\"]+)\"")).body();
    String filtered = member.get("/console/activity?kind=hardware.created&hardware=" + id).body();

    assertThat(events(first)).isEqualTo(50);
    assertThat(first).contains("device.online", "/console/devices/" + id, "data-stream");
    assertThat(second)
        .contains("hardware.created", "href=\"/console/activity?hardware=" + id + "\"")
        .doesNotContain("data-stream");
    assertThat(events(filtered)).isEqualTo(1);
    assertThat(events(logIn.apply("stranger").get("/console/activity?hardware=" + id).body()))
        .isZero();
    assertThat(events(logIn.apply("admin").get("/console/activity?hardware=" + id).body()))
        .isEqualTo(50);
    assertThat(member.get("/console/activity?project_id=q").statusCode()).isEqualTo(403);
    assertThat(member.get("/console/activity?kind=wrong").statusCode()).isEqualTo(400);
    assertThat(member.get("/console/activity?hardware=x").statusCode()).isEqualTo(400);
  }

  @Test
  void openPagesOfTheSiteLearnOfChangesOnly() {
    ConsoleBrowser admin = logIn.apply("admin");

    for (String path : List.of("/console/activity", "/console/site", "/console/runs")) {
      String live = link(admin.get(path).body(), "hx-get=\"([^\"]+)\"");
      assertThat(admin.get(live).statusCode()).as(path).isEqualTo(204);
    }
    String live = link(admin.get("/console/activity").body(), "hx-get=\"([^\"]+)\"");
    commitElsewhere(device());
    HttpResponse<String> changed = admin.get(live);
    assertThat(changed.statusCode()).isEqualTo(200);
    assertThat(changed.body()).startsWith("<div id=\"live\"").doesNotContain("<html");
  }

  @Test
  void siteShowsWhatStandsBetweenEnrollmentsAndBackends() {
    String id = device();
    ConsoleBrowser member = logIn.apply("member");
    member.get("/console/devices/" + id);
    member.post("/console/devices/" + id + "/delete", "generation", "1");
    database
        .sql(
            "insert into availability_incident (began_at, grown_at, devices) values (now(), now(), 7)")
        .update();
    try {
      String own = member.get("/console/site").body();
      String all = logIn.apply("admin").get("/console/site").body();

      assertThat(own)
          .contains("balena", "k8s", "running", "raspberrypi4-64", "hardware:sync_all", id)
          .contains("No incident is known.")
          .doesNotContain(">Leftovers<");
      assertThat(answers(own)).isEqualTo(3);
      assertThat(all)
          .contains("lasts", ">Leftovers<", "There are no leftovers.", id, "./doni doctor");
      assertThat(answers(all)).isGreaterThan(20);
      assertThat(logIn.apply("admin").get("/console").body())
          .contains("7 devices have been lost at once.", "hardware.deleted");
      assertThat(member.get("/console").body())
          .contains("hardware.deleted")
          .doesNotContain("devices have been lost at once.");
      assertThat(logIn.apply("stranger").get("/console/site").body()).doesNotContain(id);
    } finally {
      database.sql("delete from availability_incident").update();
    }
  }

  @Test
  void pageOfADeviceShowsItsHistoryAndItsReservationWindows() {
    String id = device();
    database
        .sql(
            "insert into availability_interval (hardware_uuid, availability, began_at, ended_at)"
                + " values (cast(:id as uuid), 'OFFLINE', now() - interval '20 days', now() -"
                + " interval '10 days'), (cast(:id as uuid), 'ONLINE', now() - interval '10 days',"
                + " null)")
        .param("id", id)
        .update();
    database
        .sql(
            "insert into availability_window (uuid, hardware_uuid, starts_at, ends_at, created_at)"
                + " values (gen_random_uuid(), cast(:id as uuid), '2031-03-03T09:00Z',"
                + " '2031-03-05T17:30Z', now())")
        .param("id", id)
        .update();

    database
        .sql(
            """
            update worker_task set state_details = '{"user_leases": [
              {"lease_id": "lease-1", "start": "2031-03-10T08:00:00Z", "end": "2031-03-11T12:00:00Z", "status": "pending"},
              {"lease_id": "lease-2", "start": "2031-04-01T00:00:00Z", "end": "2031-04-02T00:00:00Z", "status": "<b>"},
              {"lease_id": "no-time"}, 7]}'
            where worker_type = 'blazar.device' and hardware_uuid = cast(? as uuid)
            """)
        .param(id)
        .update();

    String page = logIn.apply("member").get("/console/devices/" + id + "?month=2031-03").body();

    assertThat(page)
        .contains("Online 50.0 % of the time", "class=\"OFFLINE\" x=\"333\" width=\"333\"")
        .contains("<caption>2031-03</caption>", "09:00–24:00", "00:00–24:00", "00:00–17:30")
        .contains("?month=2031-02#calendar", "?month=2031-04#calendar")
        .contains("leased 08:00–24:00", "leased 00:00–12:00", "lease-1", ">pending<", "lease-2")
        .doesNotContain("leased 00:00–24:00", "user_leases", "<b>", "no-time");
    assertThat(logIn.apply("member").get("/console/devices/" + id + "?month=wrong").statusCode())
        .isEqualTo(200);
  }

  private static String link(String page, String pattern) {
    Matcher link = Pattern.compile(pattern).matcher(page);
    assertThat(link.find()).as(page).isTrue();
    return link.group(1).replace("&amp;", "&");
  }

  private static long events(String page) {
    return Pattern.compile("<time datetime=").matcher(page).results().count();
  }

  /** Returns how many rules say yes. */
  private static long answers(String page) {
    return Pattern.compile(">yes<").matcher(page).results().count();
  }

  private HttpResponse<String> run(ConsoleBrowser browser, String action, String... fields) {
    String[] all = new String[fields.length + 2];
    all[0] = "action";
    all[1] = action;
    System.arraycopy(fields, 0, all, 2, fields.length);
    browser.get("/console/devices");
    return browser.post("/console/devices/batch/run", all);
  }

  private void label(ConsoleBrowser browser, String id, String key, String value) {
    assertThat(run(browser, "label", "device", id, "key", key, "value", value).body())
        .contains("Done for 1 of 1 devices.");
  }

  private String enrolledName() {
    String name = "once-" + names++;
    String _ = enroll.apply(name);
    return name;
  }

  private long quarantines(String id) {
    return database
        .sql(
            "select count(*) from hardware where uuid = cast(:id as uuid) and quarantined_at is not"
                + " null")
        .param("id", id)
        .query(Long.class)
        .single();
  }

  private String device() {
    return enroll.apply("watched-" + names++);
  }

  /**
   * Writes what another replica writes, past this one's use cases; returns when, in nanoseconds.
   */
  private long commitElsewhere(String device) {
    database
        .sql(
            "insert into event (hardware_uuid, at, kind, generation, body) values"
                + " (cast(:id as uuid), now(), 'device.online', 1, '{}')")
        .param("id", device)
        .update();
    return System.nanoTime();
  }

  private static int status(ConsoleBrowser browser, String path) {
    HttpResponse<Stream<String>> response = browser.open(path);
    response.body().close();
    return response.statusCode();
  }

  private static Stream<String> opened(HttpResponse<Stream<String>> response) {
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");
    assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
    return response.body();
  }

  /** Returns whether the stream says that something has changed before it ends. */
  private static boolean untilChanged(Iterator<String> lines) {
    while (lines.hasNext()) {
      if (lines.next().equals("event: changed")) {
        return true;
      }
    }
    return false;
  }
}
