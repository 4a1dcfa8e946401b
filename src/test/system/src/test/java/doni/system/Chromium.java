package doni.system;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openqa.selenium.By;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A Chromium without a window, and the ChromeDriver beside it. Neither is ever downloaded. */
final class Chromium implements AutoCloseable {

  /** The variable of the environment that names the program; the peers stage installs it. */
  static final String PROGRAM = "DONI_TEST_CHROMIUM";

  static final int DESKTOP = 1280;
  static final int PHONE = 320;

  private static final int HEIGHT = 900;
  private static final String AXE = resource("/axe.min.js");

  private static final String RUN_AXE =
      """
      const done = arguments[arguments.length - 1];
      axe.run(document, {resultTypes: ['violations']}).then(
        found => done(found.violations
          .filter(one => one.impact === 'serious' || one.impact === 'critical')
          .map(one => one.id + ': ' + one.help + one.nodes.map(node => '\\n  ' + node.html + ' ' + node.failureSummary).join(''))),
        failure => done([String(failure)]));
      """;

  /** Kept, because a level lasts as long as its logger. Selenium warns of each new Chromium. */
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

  private static final String TOO_WIDE =
      """
      const edge = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= edge) return [];
      return [...document.querySelectorAll('body *')]
        .filter(one => one.getBoundingClientRect().right > edge + 1 && !one.closest('.scroll'))
        .map(one => one.outerHTML.slice(0, 200));
      """;

  private static final String OUTLINE =
      """
      return [...document.querySelectorAll('main :is(h1, h2, h3, dt, label, legend, summary, button, .button, [scope=col])')]
        .filter(one => one.checkVisibility()).map(one => one.innerText);
      """;

  private static final String DOWNLOADS = "downloads";
  private static final Duration WAIT = Duration.ofSeconds(30);

  private final Path directory;
  private final ChromeDriver driver;

  /**
   * Starts the browser.
   *
   * @param directory takes its profile and what it downloads
   */
  Chromium(Path program, Path directory) {
    this.directory = directory.toAbsolutePath();
    SELENIUM.setLevel(Level.SEVERE);
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.WARNING);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(program.toFile());
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    options.addArguments(
        "--headless",
        "--no-sandbox",
        "--hide-scrollbars",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--force-prefers-reduced-motion",
        "--lang=en-US",
        "--user-data-dir=" + this.directory.resolve("profile"));
    options.setExperimentalOption(
        "prefs",
        Map.of("download.default_directory", this.directory.resolve(DOWNLOADS).toString()));
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(program.resolveSibling("chromedriver").toFile())
            .usingAnyFreePort()
            .build();
    driver = new ChromeDriver(service, options);
    driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(30));
    driver.manage().timeouts().pageLoadTimeout(Duration.ofSeconds(30));
    driver.manage().timeouts().implicitlyWait(Duration.ofSeconds(10));
    width(DESKTOP);
    dark(false);
  }

  void open(URI url) {
    driver.get(url.toString());
  }

  /** The path of the page, with its parameters. */
  String path() {
    return text("return location.pathname + location.search");
  }

  String title() {
    return element("h1").getText();
  }

  /** The text of the page, without its header. */
  String content() {
    return element("main").getText();
  }

  /** Whether the page shows a text now. */
  boolean shows(String text) {
    return isTrue("return document.querySelector('main').innerText.includes(arguments[0])", text);
  }

  /** The status that the page was answered with. */
  long status() {
    return number("return performance.getEntriesByType('navigation')[0].responseStatus");
  }

  WebElement element(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  /** Whether the page has such an element now; everything else waits for what it needs. */
  boolean has(String selector) {
    return isTrue("return document.querySelector(arguments[0]) !== null", selector);
  }

  void click(String selector) {
    withElement(selector, WebElement::click);
  }

  void type(String selector, String text) {
    withElement(
        selector,
        field -> {
          field.clear();
          field.sendKeys(text);
        });
  }

  /** Selects what a list offers, or types it into a field. */
  void choose(String selector, String text) {
    withElement(selector, field -> field.sendKeys(text));
  }

  /** Acts on an element, again where the page has replaced it meanwhile. */
  private void withElement(String selector, Consumer<WebElement> action) {
    await()
        .pollDelay(Duration.ZERO)
        .atMost(WAIT)
        .ignoreException(StaleElementReferenceException.class)
        .until(() -> {
          action.accept(element(selector));
          return true;
        });
  }

  /** Follows a link to a file, and returns what is in the file. */
  String download(String selector, String name) {
    click(selector);
    Path file = directory.resolve(DOWNLOADS).resolve(name);
    await().atMost(WAIT).until(() -> Files.exists(file));
    try {
      String content = Files.readString(file);
      Files.delete(file);
      return content;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Leaves the page, whose streams end and whose last complaints are nothing to the next one. */
  void leave() {
    driver.get("about:blank");
    List<String> _ = complaints();
  }

  void reload() {
    driver.navigate().refresh();
  }

  void press(Keys key) {
    new Actions(driver).sendKeys(key).perform();
  }

  void press(String text) {
    new Actions(driver).sendKeys(text).perform();
  }

  Object script(String script, Object... arguments) {
    return Objects.requireNonNullElse(driver.executeScript(script, arguments), "");
  }

  String text(String script, Object... arguments) {
    return String.valueOf(script(script, arguments));
  }

  boolean isTrue(String script, Object... arguments) {
    return text(script, arguments).equals("true");
  }

  long number(String script) {
    return ((Number) script(script)).longValue();
  }

  List<String> texts(String script, Object... arguments) {
    return ((List<?>) script(script, arguments)).stream().map(String::valueOf).toList();
  }

  Set<Cookie> cookies() {
    return driver.manage().getCookies();
  }

  /** Has these cookies and no other ones. The browser must show a page of the console. */
  void cookies(Set<Cookie> cookies) {
    driver.manage().deleteAllCookies();
    cookies.forEach(driver.manage()::addCookie);
  }

  void width(int pixels) {
    devTools(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", pixels, "height", HEIGHT, "deviceScaleFactor", 1, "mobile", false));
  }

  void dark(boolean dark) {
    devTools(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Switches the scripts of the pages that are opened from now on off, but not those of a test. */
  void withoutScripts(boolean without) {
    devTools("Emulation.setScriptExecutionDisabled", Map.of("value", without));
  }

  /** What axe-core finds in the page that is serious or critical. */
  List<String> violations() {
    script(AXE);
    return ((List<?>) Objects.requireNonNull(driver.executeAsyncScript(RUN_AXE)))
        .stream().map(String::valueOf).toList();
  }

  /** What makes the page scroll sideways; a table may scroll in its own region. */
  List<String> tooWide() {
    return texts(TOO_WIDE);
  }

  /** The headings and names of controls, of which a page has the same with and without scripts. */
  List<String> outline() {
    return texts(OUTLINE);
  }

  /** The warnings and errors of pages since the last call, such as a breach of their policy. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .toList();
  }

  /** Stores a picture of the whole page. */
  void photograph(Path file) {
    long height = number("return document.documentElement.scrollHeight");
    long width = number("return document.documentElement.clientWidth");
    Object picture =
        devTools(
            "Page.captureScreenshot",
            Map.of(
                "format",
                "png",
                "captureBeyondViewport",
                true,
                "clip",
                Map.of("x", 0, "y", 0, "width", width, "height", height, "scale", 1)));
    try {
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.write(file, Base64.getDecoder().decode(String.valueOf(picture)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }

  private Object devTools(String command, Map<String, Object> parameters) {
    Map<String, Object> result = driver.executeCdpCommand(command, parameters);
    return result.getOrDefault("data", "");
  }

  private static String resource(String name) {
    try (InputStream content = Chromium.class.getResourceAsStream(name)) {
      return new String(
          Objects.requireNonNull(content, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
