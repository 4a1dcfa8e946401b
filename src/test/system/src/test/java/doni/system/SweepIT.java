package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.bench.Sweep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What it costs the backends to look at everything again that has not changed. */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SweepIT {

  private static final Duration SOON = Duration.ofMinutes(2);
  private static final int DEVICES = 40;

  /** Kubernetes is asked for each device's node and token; the others are listed. */
  private static final int CALLS_A_DEVICE = 3;

  private static final int HANDFUL = 5;

  private final TestSite site;
  private final Owner owner;

  SweepIT(SitePostgres postgres) {
    site = new TestSite("sweep", postgres);
    site.startWithAllWorkers("doni", Map.of());
    owner = site.owner("sweeper");
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void asksForEachDeviceAFewTimesAndListsASiteAHandfulOfTimes() throws Exception {
    List<Enrolled> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      site.kubernetes().addNode("sweep-" + i);
      devices.add(WholeSite.enroll(owner, WholeSite.numberedDevice("sweep", i)));
    }
    for (Enrolled device : devices) {
      owner.awaitSteady(device, WholeSite.OF_A_DEVICE, SOON);
    }
    look();
    Sweep.begin(site.backends());

    look();

    assertThat(Sweep.of(site.backends()))
        .allSatisfy(sweep -> {
          assertThat(sweep.writes()).as(sweep.toString()).isZero();
          assertThat(sweep.listings()).as(sweep.toString()).isLessThanOrEqualTo(HANDFUL);
          assertThat(sweep.calls())
              .as(sweep.toString())
              .isLessThanOrEqualTo((long) DEVICES * CALLS_A_DEVICE + HANDFUL);
        });
  }

  /** Every task is due, as when all have their turn at once; waits until each was looked at. */
  private void look() throws Exception {
    String before = site.database().now();
    site.database().makeAllDue();
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(site.database().notLookedAtSince(before)).isZero());
  }
}
