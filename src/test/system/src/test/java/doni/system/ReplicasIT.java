package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.DoniProcess;
import doni.simulator.http.Call;
import doni.simulator.http.Fault;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two replicas with work for both, one of which goes in the middle of it. */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplicasIT {

  private static final Duration SOON = Duration.ofSeconds(60);

  /** Time limit for taking over the attempts of a dead replica. */
  private static final Duration TAKEN_OVER = Duration.ofSeconds(30);

  private static final int DEVICES = 200;

  private final TestSite site;

  ReplicasIT(SitePostgres postgres) {
    site = new TestSite("replicas", postgres);
  }

  @BeforeAll
  void start() {
    site.startAndAwait("survivor", Map.of());
  }

  @AfterEach
  void endFaults() {
    site.kubernetes().faults().clear();
  }

  @AfterAll
  void close() {
    site.close();
  }

  /** Every call for a device or its secret takes that long, hence an attempt five or six times. */
  private void slow(Duration latency) {
    site.kubernetes()
        .faults()
        .add(Fault.on("*", "/api/v1/(nodes/.+|namespaces/kube-system/secrets.*)").delayed(latency));
  }

  private List<Enrolled> enrollMany(Owner owner, String prefix) throws Exception {
    List<String> names = IntStream.range(0, DEVICES).mapToObj(i -> prefix + "-" + i).toList();
    names.forEach(site.kubernetes()::addNode);
    return owner.enroll(names);
  }

  private void awaitBothAtWork() {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(site.database().replicasAtWork()).hasSize(2));
  }

  private void awaitAllSteady(Owner owner, Duration atMost) {
    await().atMost(atMost).untilAsserted(() -> assertThat(owner.countSteady()).isEqualTo(DEVICES));
  }

  @Test
  void takesOverWhatAKilledReplicaWasWorkingOn() throws Exception {
    DoniProcess victim = site.startAndAwait("victim", Map.of());
    Owner owner = site.owner("killed");
    site.kubernetes().calls().clear();
    slow(Duration.ofMillis(700));
    List<Enrolled> devices = enrollMany(owner, "killed");
    awaitBothAtWork();
    await().atMost(SOON).untilAsserted(() -> assertThat(owner.countSteady()).isBetween(10L, 180L));

    victim.kill();

    assertThat(site.database().replicasAtWork()).as("of which one is dead").hasSize(2);
    site.kubernetes().faults().clear();
    awaitAllSteady(owner, TAKEN_OVER);
    assertThat(devices).allSatisfy(this::wasNeverWorkedOnTwiceAtATime);
  }

  /** An attempt makes one call after the other, so those of two attempts would overlap. */
  private void wasNeverWorkedOnTwiceAtATime(Enrolled device) {
    List<Call> calls =
        site.kubernetes().calls().all().stream()
            .filter(call ->
                call.path().equals(device.nodePath()) || call.path().equals(device.secretPath()))
            .sorted(Comparator.comparing(Call::at))
            .toList();
    assertThat(calls).hasSizeGreaterThanOrEqualTo(3);
    Instant end = Instant.MIN;
    for (Call call : calls) {
      assertThat(call.at()).as("%s of %s", call, device).isAfterOrEqualTo(end);
      end = call.at().plus(call.took());
    }
  }

  @Test
  void handsBackWhatItIsWorkingOnWhenItIsStopped() throws Exception {
    DoniProcess stopped = site.startAndAwait("stopped", Map.of("DONI_SYNC_STOP_GRACE", "1s"));
    Owner owner = site.owner("stopped");
    slow(Duration.ofSeconds(2));
    enrollMany(owner, "stopped");
    awaitBothAtWork();

    int code = stopped.stop(Duration.ofSeconds(30));

    assertThat(code).isIn(0, 128 + 15);
    assertThat(site.database().replicasAtWork()).as("the one that is left").hasSize(1);
    assertThat(Files.readAllLines(stopped.log()))
        .anyMatch(line -> line.contains("handed back"))
        .noneMatch(line -> line.matches(".*\\bERROR\\b.*"));
    site.kubernetes().faults().clear();
    awaitAllSteady(owner, SOON);
  }
}
