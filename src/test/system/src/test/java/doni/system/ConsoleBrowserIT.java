package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.keystone.ApplicationCredential;
import doni.system.ConsolePage.Visitor;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Keys;

/**
 * The console of two replicas in a real browser: each page, each action and each kind of visitor.
 * The pictures of the pages are in {@code target/screenshots}.
 */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledIfEnvironmentVariable(
    named = Chromium.PROGRAM,
    matches = ".+",
    disabledReason = "needs Chromium with its driver: src/test/peers/run installs and names it")
class ConsoleBrowserIT {

  /** How soon an open page shows a change that the other replica has committed. */
  private static final Duration LIVE = Duration.ofSeconds(1);

  /** How soon it shows a change that was committed while it had no connection. */
  private static final Duration RECONNECTED = Duration.ofSeconds(15);

  /** How long a site takes at most to come to rest for two visits. */
  private static final Duration UNCHANGED = Duration.ofSeconds(30);

  /** As many changes as the median and the 95th percentile are of. */
  private static final int CHANGES = 21;

  private static final Path PICTURES = Path.of("target", "screenshots");

  @TempDir private static Path directory;
  private final SitePostgres postgres;
  private ConsoleSite site;
  private Chromium browser;
  private ConsoleVisits visits;

  ConsoleBrowserIT(SitePostgres postgres) {
    this.postgres = postgres;
  }

  @BeforeAll
  void start() throws Exception {
    site = new ConsoleSite(postgres);
    browser = new Chromium(Path.of(System.getenv(Chromium.PROGRAM)), directory);
    visits = new ConsoleVisits(site, browser);
  }

  @AfterEach
  void restoreBrowser() {
    browser.withoutScripts(false);
    browser.width(Chromium.DESKTOP);
    browser.dark(false);
  }

  @AfterAll
  void close() {
    if (browser != null) {
      browser.close();
    }
    if (site != null) {
      site.close();
    }
  }

  @Test
  void everyPageIsInTheTable() throws Exception {
    Set<String> known = new TreeSet<>(ConsolePage.PARTS);
    for (ConsolePage page : ConsolePage.values()) {
      known.add(page.mapping());
    }

    assertThat(site.mappings()).containsExactlyInAnyOrderElementsOf(known);
  }

  @ParameterizedTest
  @EnumSource
  void isAccessibleInBothThemesAndOnAPhone(ConsolePage page) {
    for (Visitor visitor : page.visitors()) {
      visits.visit(page, visitor);

      assertThat(browser.complaints())
          .as("complaints of the browser")
          .allMatch(line -> page.status() != 200 && line.contains("status of 404"));
      for (boolean dark : List.of(false, true)) {
        browser.dark(dark);
        assertThat(browser.violations()).as("%s, dark: %s", visitor, dark).isEmpty();
        browser.photograph(PICTURES.resolve(picture(page, visitor, dark)));
      }
      browser.width(Chromium.PHONE);
      assertThat(browser.tooWide()).as("wider than a phone").isEmpty();
      browser.photograph(PICTURES.resolve("phone-" + picture(page, visitor, true)));
      restoreBrowser();
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyControlIsReachedAndSeenByKeyboard(ConsolePage page) {
    for (Visitor visitor : page.visitors()) {
      visits.visit(page, visitor);

      KeyboardTour tour = KeyboardTour.of(browser);

      assertThat(tour.stops()).startsWith("#main");
      assertThat(tour.missed()).as("not reached as %s", visitor).isEmpty();
      assertThat(tour.unseen()).as("without visible focus").isEmpty();
    }
  }

  @Test
  void skipLinkLeadsToTheContent() {
    visits.visit(ConsolePage.DEVICES, Visitor.OWNER);

    browser.press(Keys.TAB);
    browser.press(Keys.ENTER);

    assertThat(browser.text("return document.activeElement.id")).isEqualTo("main");
    browser.press(Keys.TAB);
    assertThat(browser.text("return document.activeElement.closest('main').id")).isEqualTo("main");
  }

  @Test
  void keyboardAloneQuarantinesAndReleases() throws Exception {
    String path = ConsoleVisits.page(site.enroll("keyboard-pi", Owner.RASPBERRY));
    visits.visit(path, Visitor.ADMIN);

    visits.tabTo("details.card > summary");
    browser.press(Keys.ENTER);
    visits.tabTo("input[name=reason]");
    browser.press("smells of smoke");
    browser.press(Keys.ENTER);
    visits.shows("Reason: smells of smoke");
    visits.tabTo("form[action$='/release'] button");
    browser.press(Keys.ENTER);

    visits.shows("The device is released.");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ownerEnrollsADeviceAndSeesItBecomeReady(boolean scripts) throws Exception {
    String name = "new-pi-" + scripts;
    ApplicationCredential credential = site.credential(name);
    browser.withoutScripts(!scripts);
    visits.visit(ConsolePage.FLEET, Visitor.OWNER);

    browser.click("header a[href='/console/enroll']");
    browser.choose("select[name=type]", "device.balena");
    browser.click("form.filters button");
    browser.type("input[name='/name']", name);
    browser.choose("[name='/properties/machine_name']", Owner.RASPBERRY);
    browser.type("input[name='/properties/contact_email']", "alice@example.org");
    browser.type("input[name='/properties/application_credential_id']", credential.id());
    browser.type("input[name='/properties/application_credential_secret']", credential.secret());
    browser.click("form.stack button.main");
    // The page was made before Balena had the device, and so before there was a config.json.
    visits.standsAt("booted", scripts);
    assertThat(browser.title()).isEqualTo(name);
    // The machine has the key of its tunnel, which its coordinator sends at the first start.
    site.boot(browser.download(".way a[href$='/config.json']", "config.json"));

    visits.becomesReady(scripts);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ownerFindsResyncsAndDeletesADevice(boolean scripts) throws Exception {
    Enrolled own = site.enroll("mistaken-pi-" + scripts, Owner.RASPBERRY);
    browser.withoutScripts(!scripts);
    visits.visit(ConsolePage.FLEET, Visitor.OWNER);

    browser.click("header a[href='/console/devices']");
    browser.type("input[name=q]", "MISTAKEN");
    browser.click("form.filters button");
    browser.click("tbody a[href='" + ConsoleVisits.page(own) + "']");
    visits.shows(own.name());
    assertThat(browser.has("form[action$='/quarantine']")).isFalse();
    browser.click("form[action$='/sync'] button");
    visits.shows("Resync requested.");
    browser.click("a[href$='/plan']");
    visits.shows("Plan for " + own.name());
    browser.click(".crumbs a[href='" + ConsoleVisits.page(own) + "']");
    browser.click("a[href$='/delete']");
    browser.click("form[action$='/delete'] button");
    visits.shows("The device is deleted.");

    assertThat(browser.content()).doesNotContain(own.name());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void administratorQuarantinesAndReleases(boolean scripts) throws Exception {
    String path = ConsoleVisits.page(site.enroll("suspect-pi-" + scripts, Owner.RASPBERRY));
    browser.withoutScripts(!scripts);
    visits.visit(path, Visitor.ADMIN);

    browser.click("details.card > summary");
    browser.type("input[name=reason]", "smells of smoke");
    browser.click("form[action$='/quarantine'] button");
    visits.shows("Reason: smells of smoke");
    browser.click("form[action$='/release'] button");
    visits.shows("The device is released.");

    assertThat(browser.has("form[action$='/release']")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ownerLabelsSelectedDevices(boolean scripts) throws Exception {
    Enrolled selected = site.enroll("selected-pi-" + scripts, Owner.RASPBERRY);
    browser.withoutScripts(!scripts);
    visits.visit(ConsolePage.DEVICES, Visitor.OWNER);

    browser.click("input[name=device][value='" + selected.uuid() + "']");
    browser.click("button[name=action][value=label]");
    visits.shows("Devices: 1");
    assertThat(scripts ? browser.violations() : List.of()).isEmpty();
    browser.type("input[name=key]", "shelf");
    browser.type("input[name=value]", "s" + scripts);
    browser.click("main form button.main");
    visits.shows("Done for 1 of 1 devices.");
    assertThat(scripts ? browser.violations() : List.of()).isEmpty();
    visits.visit("/console/devices?selector=shelf%3Ds" + scripts, Visitor.OWNER);

    assertThat(browser.content()).contains(selected.name()).doesNotContain("greenhouse-pi");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void administratorResyncsAllThatMatch(boolean scripts) {
    browser.withoutScripts(!scripts);
    visits.visit("/console/devices?all_projects=True&hardware_type=baremetal", Visitor.ADMIN);

    browser.click("input[name=scope]");
    browser.click("button[name=action][value=resync]");
    visits.shows("Devices: 1.");
    browser.click("main form button.main");

    visits.leadsTo("/console/runs/");
    visits.shows("hardware_type=baremetal");
  }

  @Test
  void administratorListsEveryProject() {
    visits.visit(ConsolePage.DEVICES, Visitor.ADMIN);
    assertThat(browser.content()).contains("No device matches.");

    browser.click("input[name=all_projects]");
    browser.click("form.filters button");
    browser.click("thead a[href*='sort_key=name']");

    visits.shows("greenhouse-pi");
    visits.shows("rack-server");
    assertThat(browser.has("th[aria-sort]")).isTrue();
  }

  @Test
  void logoutEndsTheSession() {
    Set<Cookie> cookies = visits.logIn(ConsoleSite.OWNER);
    visits.visit(ConsolePage.FLEET, Visitor.OWNER);
    browser.cookies(cookies);
    browser.open(visits.url("/console"));

    browser.click("form[action='/console/logout'] button");
    browser.cookies(cookies);
    browser.open(visits.url("/console/devices"));

    assertThat(browser.path()).startsWith("/console/login");
  }

  @ParameterizedTest
  @EnumSource
  void isReadableWithoutScripts(ConsolePage page) {
    for (Visitor visitor : page.visitors()) {
      // Again where the site has changed between the two visits.
      await()
          .pollDelay(Duration.ZERO)
          .atMost(UNCHANGED)
          .untilAsserted(() ->
              assertThat(outline(page, visitor, false))
                  .as("as %s", visitor)
                  .isNotEmpty()
                  .isEqualTo(outline(page, visitor, true)));
    }
  }

  private List<String> outline(ConsolePage page, Visitor visitor, boolean scripts) {
    browser.withoutScripts(!scripts);
    visits.visit(page, visitor);
    return browser.outline();
  }

  @Test
  void changeOnTheOtherReplicaAppearsWithoutAReload() throws Exception {
    Enrolled watched = site.enroll("watched-pi", Owner.RASPBERRY);
    visits.visit(ConsoleVisits.page(watched), Visitor.OWNER);
    try (TcpForwarder network = new TcpForwarder(site.one().getPort())) {
      browser.open(visits.url(network.port(), ConsoleVisits.page(watched)));
      browser.script("window.unloaded = 'never'");

      Delays before = delays(watched, "before");
      network.cut();
      Duration lost = delayOf(watched, "lost");
      Delays after = delays(watched, "after");

      System.out.printf(
          "a change on the other replica appears: %s; made during an interruption: after %d ms;"
              + " after it: %s%n",
          before, lost.toMillis(), after);
      assertThat(before.median()).isLessThan(LIVE);
      assertThat(after.median()).isLessThan(LIVE);
      assertThat(browser.text("return window.unloaded")).isEqualTo("never");
    }
  }

  private Delays delays(Enrolled watched, String rack) throws Exception {
    List<Duration> delays = new ArrayList<>();
    for (int change = 1; change <= CHANGES; change++) {
      delays.add(delayOf(watched, "%s-%02d".formatted(rack, change)));
    }
    return Delays.of(delays);
  }

  /**
   * Changes a device at the other replica, and returns the time from the request until the page
   * shows the change.
   */
  private Duration delayOf(Enrolled watched, String rack) throws Exception {
    long began = System.nanoTime();
    site.label(watched, "roof", rack);
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .atMost(RECONNECTED)
        .ignoreExceptions()
        .until(() -> browser.shows("rack=" + rack));
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /** How long changes took to appear. */
  private record Delays(Duration median, Duration p95, Duration longest) {

    static Delays of(List<Duration> delays) {
      List<Duration> sorted = delays.stream().sorted().toList();
      return new Delays(
          sorted.get(sorted.size() / 2),
          sorted.get((int) Math.ceil(sorted.size() * 0.95) - 1),
          sorted.getLast());
    }

    @Override
    public String toString() {
      return "median %d ms, 95th percentile %d ms, longest %d ms"
          .formatted(median.toMillis(), p95.toMillis(), longest.toMillis());
    }
  }

  @Test
  void sessionIsKnownToTheOtherReplicaAndAfterARestart() throws Exception {
    visits.visit(ConsolePage.FLEET, Visitor.OWNER);

    browser.open(URI.create(site.two() + ConsoleVisits.page(site.shown())));
    assertThat(browser.title()).isEqualTo(site.shown().name());
    site.restart();
    browser.open(visits.url(ConsoleVisits.page(site.shown())));

    assertThat(browser.title()).isEqualTo(site.shown().name());
    browser.click("form[action$='/sync'] button");
    visits.shows("Resync requested.");
  }

  private static String picture(ConsolePage page, Visitor visitor, boolean dark) {
    return "%s-%s-%s.png"
        .formatted(page.file(), visitor.name().toLowerCase(Locale.ROOT), dark ? "dark" : "light");
  }
}
