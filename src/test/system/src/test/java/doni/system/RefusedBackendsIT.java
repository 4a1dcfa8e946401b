package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.Fault;
import doni.simulator.http.Faults;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * All backends refuse the service's credentials for a while, and accept them again.
 *
 * <p>{@code -Ddoni.fault.refusal} sets for how many seconds.
 */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusedBackendsIT {

  private static final Duration REFUSAL =
      Duration.ofSeconds(Integer.getInteger("doni.fault.refusal", 20));
  private static final Duration REPAIRED = Duration.ofMinutes(2);
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final int OLD_DEVICES = 6;
  private static final int NEW_DEVICES = 6;
  private static final int HOSTS = 2;

  private final TestSite site;
  private final Owner owner;
  private final List<Enrolled> all = new ArrayList<>();

  RefusedBackendsIT(SitePostgres postgres) {
    site = new TestSite("refused", postgres);
    site.startWithAllWorkers("doni", Map.of());
    owner = site.owner("refused");
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void everyDeviceIsSteadyWithinTwoMinutesOfTheRepairWithoutHelp() throws Exception {
    enroll("old", 0, OLD_DEVICES, 0);
    awaitAllSteady(PATIENCE);

    Instant begin = Instant.now();
    site.faults().forEach(faults -> faults.add(Fault.everywhere().answering(401, "{}")));
    site.kubernetes().endWatches();
    enroll("new", OLD_DEVICES, NEW_DEVICES, HOSTS);
    for (Enrolled device : all.subList(0, OLD_DEVICES)) {
      owner.sync(device);
    }
    await()
        .atMost(REFUSAL.plus(PATIENCE))
        .pollInterval(Duration.ofMillis(500))
        .until(() -> Instant.now().isAfter(begin.plus(REFUSAL)));
    assertThat(notSteady()).isEqualTo(all.size());

    site.faults().forEach(Faults::clear);
    long repaired = System.nanoTime();
    awaitAllSteady(PATIENCE);
    Duration took = Duration.ofNanos(System.nanoTime() - repaired);

    System.out.printf(
        "Refused for %d s: all %d steady %.1f s after the repair%n",
        REFUSAL.toSeconds(), all.size(), took.toMillis() / 1_000.0);
    assertThat(took).isLessThanOrEqualTo(REPAIRED);
  }

  private void enroll(String prefix, int first, int devices, int hosts) throws Exception {
    for (int number = first; number < first + devices; number++) {
      Enrolled device = WholeSite.enroll(owner, WholeSite.numberedDevice(prefix, number));
      // Its kubelet does not need the credentials that are refused.
      site.kubernetes().addNode(device.name());
      all.add(device);
    }
    for (int number = 0; number < hosts; number++) {
      all.add(WholeSite.enroll(owner, WholeSite.numberedHost(prefix + "-host", number)));
    }
  }

  private void awaitAllSteady(Duration atMost) {
    await().atMost(atMost).untilAsserted(() -> assertThat(notSteady()).isZero());
  }

  private int notSteady() throws Exception {
    int open = 0;
    for (Enrolled hardware : all) {
      open += owner.states(hardware).values().stream().allMatch("STEADY"::equals) ? 0 : 1;
    }
    return open;
  }
}
