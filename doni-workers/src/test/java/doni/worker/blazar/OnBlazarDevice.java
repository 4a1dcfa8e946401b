package doni.worker.blazar;

import static doni.worker.blazar.BlazarFixtures.aDevice;
import static doni.worker.blazar.BlazarFixtures.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.convergence.HardwareFixture;
import doni.worker.Outcome;
import doni.worker.Worker;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A device that has joined the cluster, with a simulated Blazar. */
abstract class OnBlazarDevice {

  final BlazarSite site = new BlazarSite();
  final HardwareFixture device = aDevice();

  @BeforeEach
  void join() {
    site.nodes.join(node(device));
  }

  @AfterEach
  void close() {
    site.close();
  }

  Worker worker() {
    return site.devices();
  }

  void reservable() {
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    site.blazar.calls().clear();
  }

  Map<String, String> stored() {
    List<Map<String, String>> all = site.blazar.resources(node(device));
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  /** Only a change of the enrollment helps. */
  static void assertFails(Outcome outcome, String message) {
    assertFails(outcome, message, false);
  }

  /** An operator may help at Blazar, which the next attempts find. */
  static void assertFailsForNow(Outcome outcome, String message) {
    assertFails(outcome, message, true);
  }

  private static void assertFails(Outcome outcome, String message, boolean retryable) {
    assertThat(outcome)
        .asInstanceOf(type(Outcome.Failed.class))
        .returns(retryable, Outcome.Failed::retryable)
        .satisfies(failed -> assertThat(failed.message()).isEqualTo(message));
  }

  static void assertDefers(Outcome outcome, String reason) {
    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .satisfies(deferred -> assertThat(deferred.reason()).isEqualTo(reason));
  }

  /** Returns a time of the day, which starts at 04:00:30. */
  static Instant at(String time) {
    return Instant.parse("2026-11-23T" + time + ":00Z");
  }
}
