package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.system.ConsolePage.Visitor;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Keys;

/** A browser at the first replica of a site, which opens pages as one visitor or the other. */
final class ConsoleVisits {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(200);

  private static final String STEPS_AHEAD =
      """
      return [...document.querySelectorAll('.way li:has(.STEP_CURRENT, .STEP_AHEAD)')]
        .map(step => step.innerText);
      """;

  private final ConsoleSite site;
  private final Chromium browser;
  private final Map<Visitor, Set<Cookie>> sessions = new EnumMap<>(Visitor.class);

  ConsoleVisits(ConsoleSite site, Chromium browser) {
    this.site = site;
    this.browser = browser;
  }

  /** Waits until the page that an action leads to shows a text. */
  void shows(String text) {
    await()
        .pollInterval(Duration.ofMillis(50))
        .atMost(SOON)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(browser.content()).contains(text));
  }

  /** Waits until an action has led to a path that begins so. */
  void leadsTo(String path) {
    await()
        .pollInterval(Duration.ofMillis(50))
        .atMost(SOON)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(browser.path()).startsWith(path).doesNotContain("/login"));
  }

  /** Waits until the page of a device shows this step of the way to Ready as the current one. */
  void standsAt(String step, boolean scripts) {
    await()
        .pollInterval(POLL)
        .atMost(SOON)
        .ignoreExceptions()
        .untilAsserted(() -> {
          if (!scripts) {
            browser.reload();
          }
          assertThat(browser.text("return document.querySelector('.way [aria-current]').innerText"))
              .startsWith(step);
        });
  }

  /**
   * Waits until the page of a device has no step ahead; it shows so by itself with scripts only.
   */
  void becomesReady(boolean scripts) {
    await()
        .pollInterval(POLL)
        .atMost(SOON)
        .ignoreExceptions()
        .untilAsserted(() -> {
          if (!scripts) {
            browser.reload();
          }
          assertThat(browser.texts(STEPS_AHEAD)).isEmpty();
          assertThat(browser.has(".way .STEP_REACHED")).isTrue();
        });
  }

  private Set<Cookie> logIn(Visitor visitor) {
    return switch (visitor) {
      case ANYONE -> Set.of();
      case OWNER -> logIn(ConsoleSite.OWNER);
      case ADMIN -> logIn(ConsoleSite.ADMIN);
    };
  }

  /** Returns the cookies of a new session, made at the first replica. */
  Set<Cookie> logIn(String user) {
    browser.open(url("/console/login"));
    browser.cookies(Set.of());
    browser.open(url("/console/login"));
    browser.type("input[name=user]", user);
    browser.type("input[name=secret]", site.password(user));
    browser.click("main form button");
    leadsTo("/console");
    return browser.cookies();
  }

  void visit(ConsolePage page, Visitor visitor) {
    String path = page.path(site.shown().uuid().toString(), site.run());
    visit(path, visitor);
    assertThat(browser.status()).as("status of %s for %s", page, visitor).isEqualTo(page.status());
    assertThat(browser.path()).isEqualTo(path);
  }

  void visit(String path, Visitor visitor) {
    if (!browser.path().startsWith("/console")) {
      browser.open(url("/console/login"));
    }
    browser.cookies(sessions.computeIfAbsent(visitor, this::logIn));
    browser.leave();
    browser.open(url(path));
  }

  void tabTo(String selector) {
    List<String> stops = new ArrayList<>();
    while (!browser
        .text("return document.activeElement.matches(arguments[0])", selector)
        .equals("true")) {
      stops.add(browser.text("return document.activeElement.outerHTML.slice(0, 80)"));
      assertThat(stops).as("stops before " + selector).hasSizeLessThan(100);
      browser.press(Keys.TAB);
    }
  }

  URI url(String path) {
    return URI.create(site.one() + path);
  }

  /** Returns the address of a path of the first replica, behind another port. */
  URI url(int port, String path) {
    return URI.create("http://" + site.one().getHost() + ":" + port + path);
  }

  static String page(Enrolled device) {
    return "/console/devices/" + device.uuid();
  }
}
