package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.engine.attempt.AttemptScope.ResyncPolicy.DriftMode;
import doni.enrollment.HardwareId;
import doni.testing.TestWorker;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.Outcome.Synced.UnrepairedDrift;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Drift without a change of the enrollment, under each drift mode. */
@ExtendWith(OutputCaptureExtension.class)
class DriftIT extends ReconcilerFixture {

  private static final Outcome MOVED =
      new Outcome.Synced(
          Map.of("seen", 1),
          List.of(),
          Optional.of(
              new UnrepairedDrift(
                  List.of(Change.update("rack", "r2", "r1")), "rack: r2 instead of r1")));

  private final AtomicInteger applied = new AtomicInteger();
  private final TestWorker worker =
      new TestWorker(
          LANE,
          _ -> {
            applied.incrementAndGet();
            return new Outcome.Synced(Map.of(), List.of());
          });

  @Test
  void isRepairedAsUsual() {
    HardwareId id = steady("enforced", DriftMode.ENFORCE);

    look(id);

    assertThat(applied).hasValue(1);
  }

  @Test
  void isReportedAndLeftAlone() {
    HardwareId id = steady("reported", DriftMode.REPORT);

    look(id);

    assertThat(applied).hasValue(0);
    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
    assertThat(details(id)).contains("\"drift\"", "label rack");
    assertThat(inventory.events(id)).contains("worker.drift.reported");
  }

  @Test
  void isReportedOnceAsLongAsItStaysTheSame() {
    HardwareId id = steady("lasting", DriftMode.REPORT);

    look(id);
    look(id);

    assertThat(inventory.events(id)).containsOnlyOnce("worker.drift.reported");
  }

  @Test
  void isReportedNoMoreWhenItIsGone() {
    HardwareId id = steady("over", DriftMode.REPORT);
    look(id);
    worker.plans();

    look(id);

    assertThat(details(id)).doesNotContain("drift");
  }

  @Test
  void isNotLookedForWhereItIsIgnored() {
    HardwareId id = steady("ignored", DriftMode.IGNORE);
    int before = worker.attempts().size();

    look(id);

    assertThat(worker.attempts()).hasSize(before);
    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
  }

  @Test
  void isNotARequestedChange() {
    HardwareId id = steady("asked", DriftMode.REPORT);
    inventory.change(id);

    look(id);

    assertThat(applied).hasValue(1);
  }

  @Test
  void thatAWorkerLeavesAloneMakesTheDeviceFail(CapturedOutput output) {
    policy = new ResyncPolicy(Duration.ofHours(1), DriftMode.ENFORCE);
    HardwareId id = inventory.enrolled("moved", LANE);

    attempt(id, _ -> MOVED);
    attempt(id, _ -> MOVED);

    assertThat(inventory.state(id, LANE)).isEqualTo("ERROR");
    assertThat(inventory.task(id, LANE)).containsEntry("reason", "rack: r2 instead of r1");
    assertThat(details(id)).contains("\"drift\"", "\"from\": \"r2\"", "\"seen\": 1");
    assertThat(inventory.events(id)).containsExactly("worker.drift.reported", "worker.failed");
    assertThat((Double) inventory.queueRow(id, LANE).get("due_in")).isBetween(50.0, 400.0);
    assertThat(output.getOut())
        .containsOnlyOnce("Device moved is not steady")
        .containsPattern("WARN .*Device moved is not steady");
  }

  @Test
  void thatAWorkerLeftAloneIsForgottenWhenItIsGone() {
    policy = new ResyncPolicy(Duration.ofHours(1), DriftMode.ENFORCE);
    HardwareId id = inventory.enrolled("returned", LANE);
    attempt(id, _ -> MOVED);

    attempt(id, _ -> new Outcome.Synced(Map.of(), List.of()));

    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
    assertThat(details(id)).doesNotContain("drift");
  }

  @ParameterizedTest
  @EnumSource(
      value = DriftMode.class,
      names = {"REPORT", "IGNORE"})
  void thatAWorkerLeavesAloneIsOnlyReportedWhereTheLaneSaysSo(DriftMode mode) {
    policy = new ResyncPolicy(Duration.ofHours(1), mode);
    HardwareId id = inventory.enrolled("tolerated-" + mode, LANE);

    attempt(id, _ -> MOVED);

    assertThat(inventory.state(id, LANE)).isEqualTo("STEADY");
    assertThat(details(id)).contains("\"drift\"");
    assertThat(inventory.events(id)).contains("worker.drift.reported");
  }

  private HardwareId steady(String name, DriftMode drift) {
    policy = new ResyncPolicy(Duration.ofHours(1), drift);
    HardwareId id = inventory.enrolled(name, LANE);
    look(id);
    worker.plans(Change.update("label rack", "r1", "r2"));
    applied.set(0);
    return id;
  }

  private void look(HardwareId id) {
    attempt(worker, inventory.claim(id, LANE, "replica"));
  }

  private String details(HardwareId id) {
    return String.valueOf(inventory.task(id, LANE).get("details"));
  }
}
