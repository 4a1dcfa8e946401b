package doni.system;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.DoniProcess;
import doni.simulator.http.PlainClient.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * How long a page of the list takes over HTTP at 10,000 devices, for each filter. Runs by {@code
 * src/test/bench-filters} only, because the bound is that of an idle machine; {@code
 * HardwareListPlanIT} bounds in every build what a filter reads.
 */
@Tag("alone")
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledIfSystemProperty(
    named = "doni.filters.measure",
    matches = "true",
    disabledReason = "measures on an idle machine: see src/test/bench-filters")
class FilterLatencyIT {

  private static final int DEVICES = 10_000;
  private static final int REQUESTS = 200;
  private static final Duration LIMIT = Duration.ofMillis(50);

  private static final List<String> FILTERS =
      List.of(
          "",
          "name=large-17",
          "q=large-99",
          "q=ge-5",
          "hardware_type=device.balena",
          "hardware_type=baremetal",
          "worker_type=k8s",
          "state=STEADY",
          "state=PENDING",
          "state=ERROR",
          "state=IN_PROGRESS",
          "worker_type=k8s&state=ERROR",
          "device_availability=online",
          "device_availability=offline",
          "device_availability=never_seen",
          "quarantined=True",
          "quarantined=False",
          "selector=rack%3Dr7",
          "selector=rack+in+(r1,r2),odd!%3Dyes",
          "selector=!rack",
          "properties.machine_name=raspberrypi4-64",
          "properties.contact_email=4711@example.org",
          "created_after=2020-01-01T00:00:00Z",
          "created_before=2020-01-01T00:00:00Z",
          "updated_after=2020-01-01T00:00:00Z",
          "updated_before=2020-01-01T00:00:00Z",
          "sort_key=name&sort_dir=desc",
          "sort_key=updated_at&sort_dir=desc",
          "selector=rack%3Dr7&state=ERROR&device_availability=online&q=large");

  private final TestSite site;

  FilterLatencyIT(SitePostgres postgres) {
    site = new TestSite("filter-latency", postgres);
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void aPageOfEachFilterIsQuick() throws Exception {
    DoniProcess service = site.startAndAwait("large", Map.of("DONI_SYNC_ENABLED", "false"));
    site.database().enroll(DEVICES);
    site.database().vary();
    site.keystone().addUser("onlooker", "onlooker-proj", "admin");
    Owner admin = site.at(service, site.keystone().token("onlooker"));
    Map<String, Duration> slowest = new LinkedHashMap<>();

    for (String filter : FILTERS) {
      String path =
          "/v1/hardware/?all_projects=True&limit=100" + (filter.isEmpty() ? "" : "&" + filter);
      List<Duration> took = new ArrayList<>();
      int devices = 0;
      for (int i = 0; i < 2 * REQUESTS; i++) {
        long began = System.nanoTime();
        Reply reply = admin.http().get(path);
        took.add(Duration.ofNanos(System.nanoTime() - began));
        assertThat(reply.status()).as(path).isEqualTo(200);
        devices = reply.body().path("hardware").size();
      }
      // The first half warms the service up.
      List<Duration> measured = took.subList(REQUESTS, took.size()).stream().sorted().toList();
      Duration p95 = measured.get(REQUESTS * 95 / 100);
      System.out.printf(
          "| %-70s | %3d devices | median %5.1f ms | p95 %5.1f ms |%n",
          filter, devices, millis(measured.get(REQUESTS / 2)), millis(p95));
      slowest.put(filter, p95);
    }

    assertThat(slowest).allSatisfy((filter, p95) -> assertThat(p95).as(filter).isLessThan(LIMIT));
  }

  private static double millis(Duration time) {
    return time.toNanos() / 1e6;
  }
}
