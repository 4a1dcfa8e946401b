package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.Fault;
import doni.simulator.kubernetes.SimulatedKubernetes;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A backend that is down with a hundred devices due. */
@Tag("alone")
@ExtendWith(SharedSite.class)
class BackendOutageIT {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int DEVICES = 100;

  /** How long the backend is watched while it is down, and how many calls it may get then. */
  private static final Duration WATCHED = Duration.ofSeconds(12);

  private static final int CALLS_A_SECOND = 3;

  /** Of each device meanwhile: one before the circuit opens, and those that probe the backend. */
  private static final int MOST_ATTEMPTS = 4;

  enum Outage {
    REFUSES_CONNECTIONS,
    ANSWERS_503
  }

  private final TestSite site;
  private final SimulatedKubernetes kubernetes;

  BackendOutageIT(TestSite site) {
    this.site = site;
    this.kubernetes = site.kubernetes();
  }

  private double circuitOpen() throws Exception {
    return Metrics.of(site.service()).sum("doni_remote_circuit_open", "service=\"kubernetes\"");
  }

  /** As the service counts them, so that those which are refused are counted too. */
  private double calls() throws Exception {
    return Metrics.of(site.service()).sum("doni_remote_seconds_count", "service=\"kubernetes\"");
  }

  @ParameterizedTest
  @EnumSource
  void isSparedWhileItIsDownAndServedWhenItIsBack(Outage outage) throws Exception {
    String prefix = outage.name().toLowerCase(Locale.ROOT).replace('_', '-');
    Owner owner = site.owner(prefix);
    List<String> names = IntStream.range(0, DEVICES).mapToObj(i -> prefix + "-" + i).toList();
    names.forEach(kubernetes::addNode);
    begin(outage);
    try {
      List<Enrolled> devices = owner.enroll(names);

      awaitCircuit(owner, devices.getLast());
      watchSparing();
      assertThat(owner.countSteady()).isZero();
      assertThat(owner.mostAttempts()).isLessThanOrEqualTo(MOST_ATTEMPTS);
    } finally {
      end(outage);
    }

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(owner.countSteady()).isEqualTo(DEVICES));
    assertThat(circuitOpen()).isZero();
  }

  private void begin(Outage outage) {
    switch (outage) {
      case REFUSES_CONNECTIONS -> kubernetes.stop();
      case ANSWERS_503 -> {
        kubernetes.faults().add(Fault.everywhere().answering(503, ""));
        kubernetes.endWatches();
      }
    }
  }

  private void end(Outage outage) {
    switch (outage) {
      case REFUSES_CONNECTIONS -> kubernetes.start();
      case ANSWERS_503 -> kubernetes.faults().clear();
    }
  }

  private void awaitCircuit(Owner owner, Enrolled device) {
    await().atMost(SOON).untilAsserted(() -> assertThat(circuitOpen()).isEqualTo(1));
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(owner.task(device).at("/state_details/defer_reason").asString(""))
                .contains("circuit open: kubernetes"));
  }

  private void watchSparing() throws Exception {
    kubernetes.calls().clear();
    double before = calls();
    double allowed = CALLS_A_SECOND * WATCHED.toSeconds();

    await()
        .during(WATCHED)
        .atMost(WATCHED.multipliedBy(3))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> {
          assertThat(calls() - before).isLessThanOrEqualTo(allowed);
          assertThat(kubernetes.calls().total()).isLessThanOrEqualTo((long) allowed);
        });
  }
}
