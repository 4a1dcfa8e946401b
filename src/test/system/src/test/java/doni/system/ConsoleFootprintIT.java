package doni.system;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.DoniProcess;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the console costs at 10,000 devices, and compared with a service without it. Times and the
 * heap are measured by {@code src/test/bench-console} only, because their bounds are those of an
 * idle machine; docs/capacity.md has the figures.
 */
@Tag("alone")
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleFootprintIT {

  private static final int DEVICES = 10_000;

  /** Set by {@code src/test/bench-console}. */
  private static final String MEASURE = "doni.console.measure";

  private static final int REQUESTS = Boolean.getBoolean(MEASURE) ? 400 : 1;
  private static final int STARTS = Integer.getInteger("doni.console.starts", 5);
  private static final Duration P95 = Duration.ofMillis(150);
  private static final int PAGE_BYTES = 200_000;
  private static final Duration LATER = Duration.ofMillis(300);
  private static final int MORE_MIB = 30;

  private final TestSite site;

  ConsoleFootprintIT(SitePostgres postgres) {
    site = new TestSite("console-footprint", postgres);
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void firstPagesOfALargeSiteAreSmallAndQuick() throws Exception {
    DoniProcess service = site.startAndAwait("large", Map.of("DONI_SYNC_ENABLED", "false"));
    site.database().enroll(DEVICES);
    try (ConsoleBrowser browser = new ConsoleBrowser(service.uri())) {
      logIn(browser);
      for (String path : List.of("/console/devices?all_projects=True", "/console")) {
        List<Duration> took = new ArrayList<>();
        int bytes = 0;
        for (int i = 0; i < 2 * REQUESTS; i++) {
          long began = System.nanoTime();
          HttpResponse<byte[]> page = browser.get(path);
          took.add(Duration.ofNanos(System.nanoTime() - began));
          assertThat(page.statusCode()).isEqualTo(200);
          bytes = page.body().length;
        }
        // The first half warms the service up.
        List<Duration> measured = took.subList(REQUESTS, took.size()).stream().sorted().toList();
        Duration p95 = measured.get(REQUESTS * 95 / 100);
        System.out.printf(
            "%s at %d devices: median %s, p95 %s, first %s, %d bytes%n",
            path, DEVICES, measured.get(REQUESTS / 2), p95, took.getFirst(), bytes);

        assertThat(bytes).isLessThan(PAGE_BYTES);
        if (Boolean.getBoolean(MEASURE)) {
          assertThat(p95).isLessThan(P95);
        }
      }
    }
    int _ = service.stop(TestSite.START);
  }

  @Test
  @EnabledIfSystemProperty(
      named = MEASURE,
      matches = "true",
      disabledReason = "measures on an idle machine: see src/test/bench-console")
  void costsLittleTimeAtTheStartAndLittleHeap() throws Exception {
    List<Duration> with = new ArrayList<>();
    List<Duration> without = new ArrayList<>();
    List<Integer> heapWith = new ArrayList<>();
    List<Integer> heapWithout = new ArrayList<>();

    for (int i = 0; i < STARTS; i++) {
      with.add(start(true, heapWith));
      without.add(start(false, heapWithout));
    }

    System.out.printf(
        "start until ready: median %s with the console, %s without, of %s and %s%n"
            + "MiB of heap after a full collection: median %d with the console, %d without, of %s"
            + " and %s%n",
        median(with),
        median(without),
        with,
        without,
        median(heapWith),
        median(heapWithout),
        heapWith,
        heapWithout);
    assertThat(median(with).minus(median(without))).isLessThan(LATER);
    assertThat(median(heapWith) - median(heapWithout)).isLessThan(MORE_MIB);
  }

  /** Returns the time until the service is ready; the heap is measured after a page was shown. */
  private Duration start(boolean console, List<Integer> heap) throws Exception {
    Path collections = Files.createTempFile("doni-console-", ".log");
    long began = System.nanoTime();
    DoniProcess service =
        site.startAndAwait(
            "start",
            Map.of(
                "DONI_CONSOLE_ENABLED",
                Boolean.toString(console),
                "JDK_JAVA_OPTIONS",
                "-Xlog:gc:file=" + collections));
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    try (ConsoleBrowser browser = new ConsoleBrowser(service.uri())) {
      if (console) {
        logIn(browser);
      }
      heap.add(liveHeap(service, collections));
    } finally {
      int _ = service.stop(TestSite.START);
      Files.delete(collections);
    }
    return took;
  }

  private void logIn(ConsoleBrowser browser) throws IOException, InterruptedException {
    browser.logIn("admin", site.keystone().user("admin").password());
  }

  private static int liveHeap(DoniProcess service, Path collections)
      throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process command =
        new ProcessBuilder(jcmd.toString(), Long.toString(service.pid()), "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(command.waitFor()).isZero();
    return Pattern.compile("Pause Full \\(.*\\) \\d+M->(\\d+)M")
        .matcher(Files.readString(collections))
        .results()
        .mapToInt(collection -> Integer.parseInt(collection.group(1)))
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  private static <T extends Comparable<T>> T median(List<T> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
