package doni.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import doni.backend.BackendException.Kind;
import doni.convergence.WorkerBench.Failure;
import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcileContext.Cause;
import doni.worker.ReconcilePlan;
import doni.worker.SiteListing;
import doni.worker.SiteListing.MarkedObject;
import doni.worker.WriteGate;
import doni.worker.WriteGate.ClosedGateException;
import doni.worker.WriteGate.ClosedGateException.ClosedReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * What every worker promises, whatever its backend. Each worker extends it twice: for its in-memory
 * client, and for the simulated backend over HTTP.
 */
@ExtendWith(OutputCaptureExtension.class)
public abstract class WorkerContractTest {

  private static final boolean ENROLLED = false;
  private static final boolean CHANGED = true;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

  /** Opens a new worker in front of an empty backend. */
  protected abstract WorkerBench open();

  /**
   * Returns the statuses for which this worker documents a better answer than {@link
   * FailureClassifier}, for example a conflict that it resolves by observing again.
   */
  protected Set<Integer> handledStatuses() {
    return Set.of();
  }

  /** Returns whether its objects show whose they are, without a record. */
  protected boolean marksItsObjects() {
    return false;
  }

  @Test
  void aNewDeviceBecomesSteady() {
    try (WorkerBench bench = open()) {
      WorkerRun run = new WorkerRun(bench);

      assertThat(run.settle(bench.hardware())).isInstanceOf(Outcome.Synced.class);
      assertThat(bench.writes()).isPositive();
    }
  }

  @ParameterizedTest
  @EnumSource(Cause.class)
  void anUnchangedDeviceIsNotWritten(Cause cause) {
    try (WorkerBench bench = open()) {
      WorkerRun run = new WorkerRun(bench);
      run.settle(bench.hardware());
      int writes = bench.writes();

      Outcome outcome = run.attempt(bench.hardware(), cause);

      assertThat(outcome).isInstanceOf(Outcome.Synced.class);
      assertThat(outcome.changes()).isEmpty();
      assertThat(bench.writes()).isEqualTo(writes);
    }
  }

  @Test
  void everyChangedFieldIsApplied() {
    for (String field : changedFields()) {
      try (WorkerBench bench = open()) {
        WorkerRun run = new WorkerRun(bench);
        run.settle(bench.hardware());
        String before = bench.snapshot();
        Hardware changed = Objects.requireNonNull(bench.changedFields().get(field));

        run.settle(changed);

        assertThat(bench.snapshot()).as(field).isNotEqualTo(before);
        assertThat(run.plan(changed, Cause.REQUESTED).changes()).as(field).isEmpty();
      }
    }
  }

  private Set<String> changedFields() {
    try (WorkerBench bench = open()) {
      return Set.copyOf(bench.changedFields().keySet());
    }
  }

  @Test
  void driftIsRepairedAndNamed() {
    for (String disturbance : disturbances()) {
      try (WorkerBench bench = open()) {
        WorkerRun run = new WorkerRun(bench);
        run.settle(bench.hardware());
        String before = bench.snapshot();
        Objects.requireNonNull(bench.disturbances(bench.hardware()).get(disturbance)).run();
        assertThat(bench.snapshot()).as(disturbance).isNotEqualTo(before);

        assertNamed(disturbance, run.plan(bench.hardware(), Cause.REQUESTED));
        int changes = run.changes().size();
        run.settle(bench.hardware());

        assertThat(bench.snapshot()).as(disturbance).isEqualTo(before);
        assertThat(run.changes()).as(disturbance).hasSizeGreaterThan(changes);
      }
    }
  }

  /** A plan names the drift, unless it has to wait before it may write. */
  private static void assertNamed(String disturbance, ReconcilePlan plan) {
    Optional<Outcome> end = plan.conclusion();
    if (end.isPresent()) {
      assertThat(end.get()).as(disturbance).isInstanceOf(Outcome.Deferred.class);
    } else {
      assertThat(plan.changes()).as(disturbance).isNotEmpty();
    }
  }

  private Set<String> disturbances() {
    try (WorkerBench bench = open()) {
      new WorkerRun(bench).settle(bench.hardware());
      return Set.copyOf(bench.disturbances(bench.hardware()).keySet());
    }
  }

  @Test
  void aResourceDeletedBehindOurBackIsMadeAgain() {
    try (WorkerBench bench = open()) {
      WorkerRun run = new WorkerRun(bench);
      run.settle(bench.hardware());
      String before = bench.snapshot();
      bench.deleteResource(bench.hardware());

      run.settle(bench.hardware());

      assertThat(bench.snapshot()).isEqualTo(before);
    }
  }

  @Test
  void aSteadyDeviceEqualsTheSiteListing() {
    try (WorkerBench bench = open()) {
      WorkerRun run = new WorkerRun(bench);
      run.settle(bench.hardware());
      int calls = bench.calls();
      int writes = bench.writes();

      bench
          .worker()
          .listSite()
          .ifPresent(listing -> {
            assertThat(bench.calls()).isLessThanOrEqualTo(calls + 2);
            assertThat(listing.differs(run.recordedDevice(bench.hardware()))).isFalse();
            assertThat(bench.writes()).isEqualTo(writes);
          });
    }
  }

  @Test
  void aLostResourceDiffersFromTheSiteListingUntilItIsMadeAgain() {
    try (WorkerBench bench = open()) {
      WorkerRun run = new WorkerRun(bench);
      run.settle(bench.hardware());
      bench.deleteResource(bench.hardware());

      boolean lists =
          bench
              .worker()
              .listSite()
              .filter(SiteListing::isCompared)
              .map(listing -> {
                assertThat(listing.differs(run.recordedDevice(bench.hardware()))).isTrue();
                return true;
              })
              .orElse(false);

      run.settle(bench.hardware());
      // A listing is good for what was changed before it.
      bench.proceed(bench.hardware());
      if (lists) {
        assertThat(
                bench
                    .worker()
                    .listSite()
                    .orElseThrow()
                    .differs(run.recordedDevice(bench.hardware())))
            .isFalse();
      }
    }
  }

  /** So the sweep for orphans finds what a late write left behind, and a leftover removes it. */
  @Test
  void aMarkedObjectIsThatOfItsDeviceAndRemovableOnesGoWithoutARecord() {
    try (WorkerBench bench = open()) {
      new WorkerRun(bench).settle(bench.hardware());
      HardwareId id = bench.hardware().id();
      List<MarkedObject> marked = marked(bench, id);
      assertThat(marked.isEmpty()).isNotEqualTo(marksItsObjects());
      if (marked.stream().noneMatch(MarkedObject::removable)) {
        return;
      }
      Hardware orphan =
          new Hardware(id, "orphan", "", "", Map.of(), List.of(), new Generation(9), true);

      assertThat(new WorkerRun(bench).settle(orphan)).isInstanceOf(Outcome.Gone.class);

      bench.proceed(orphan);
      assertThat(marked(bench, id)).isEmpty();
    }
  }

  private static List<MarkedObject> marked(WorkerBench bench, HardwareId id) {
    return bench.worker().listSite().map(SiteListing::marked).orElse(List.of()).stream()
        .filter(object -> object.device().equals(id))
        .toList();
  }

  @Test
  void aCrashAfterAnyCallLeavesNothingBehind() {
    String expected;
    int calls;
    try (WorkerBench bench = open()) {
      new WorkerRun(bench).settle(bench.hardware());
      expected = bench.snapshot();
      calls = bench.calls();
    }
    assertThat(calls).isPositive();
    for (int call = 0; call < calls; call++) {
      try (WorkerBench bench = open()) {
        WorkerRun run = new WorkerRun(bench);
        bench.failCall(call, Failure.crash());
        run.crash(bench.hardware(), Cause.REQUESTED);

        run.settle(bench.hardware());

        assertThat(bench.snapshot()).as("crash after call %d", call).isEqualTo(expected);
      }
    }
  }

  /** A replica dies in a call, and the enrollment changes before another one takes over. */
  @Test
  void nothingOldRemainsOfACrashBeforeAChange() {
    int calls;
    Set<String> fields;
    try (WorkerBench bench = open()) {
      fields = bench.changesAfterCrash().keySet();
      new WorkerRun(bench).settle(bench.hardware());
      calls = bench.calls();
    }
    for (String field : fields) {
      Set<String> expected =
          new HashSet<>(
              List.of(snapshotAfter(field, CHANGED), snapshotAfter(field, ENROLLED, CHANGED)));
      for (int call = 0; call < calls; call++) {
        try (WorkerBench bench = open()) {
          WorkerRun run = new WorkerRun(bench);
          bench.failCall(call, Failure.crash());
          run.crash(bench.hardware(), Cause.REQUESTED);

          run.attempts(changed(bench, field));

          assertThat(withoutIds(bench.snapshot())).as("%s, call %d", field, call).isIn(expected);
        }
      }
    }
  }

  @Test
  void everyWriteAsksForItself() {
    assertEveryWriteAsks(_ -> {}, WorkerBench::hardware);
    assertEveryWriteAsks(WorkerContractTest::enroll, bench -> deleted(bench.hardware()));
    for (String field : changedFields()) {
      assertEveryWriteAsks(WorkerContractTest::enroll, bench -> changed(bench, field));
    }
  }

  private static void enroll(WorkerRun run) {
    run.settle(run.bench().hardware());
  }

  /** Admits no write, then one, and so on; the backend must see no more than that. */
  private void assertEveryWriteAsks(
      Consumer<WorkerRun> before, Function<WorkerBench, Hardware> given) {
    boolean closed = true;
    for (int admitted = 0; closed; admitted++) {
      try (WorkerBench bench = open()) {
        WorkerRun run = new WorkerRun(bench);
        before.accept(run);
        int writes = bench.writes();
        AtomicInteger passed = new AtomicInteger();
        int limit = admitted;

        closed =
            run.lose(
                given.apply(bench),
                () -> {
                  if (passed.incrementAndGet() > limit) {
                    throw new ClosedGateException(ClosedReason.CLAIM_LOST);
                  }
                });

        assertThat(bench.writes() - writes).isEqualTo(closed ? admitted : passed.get());
      }
    }
  }

  @Test
  void inShadowNothingIsWrittenAndTheReportIsWhatFollows() {
    for (Cause cause : Cause.values()) {
      assertShadow("new", cause, _ -> {}, WorkerBench::hardware);
      assertShadow("steady", cause, WorkerContractTest::enroll, WorkerBench::hardware);
    }
    assertShadow("never existed", Cause.REQUESTED, _ -> {}, bench -> deleted(bench.hardware()));
    assertShadow(
        "deleted", Cause.REQUESTED, WorkerContractTest::enroll, bench -> deleted(bench.hardware()));
    assertShadow(
        "resource deleted",
        Cause.SCHEDULED,
        run -> {
          enroll(run);
          run.bench().deleteResource(run.bench().hardware());
        },
        WorkerBench::hardware);
    for (String field : changedFields()) {
      assertShadow(
          field, Cause.REQUESTED, WorkerContractTest::enroll, bench -> changed(bench, field));
    }
    for (String disturbance : disturbances()) {
      assertShadow(
          disturbance,
          Cause.SCHEDULED,
          run -> {
            enroll(run);
            WorkerBench bench = run.bench();
            Objects.requireNonNull(bench.disturbances(bench.hardware()).get(disturbance)).run();
          },
          WorkerBench::hardware);
    }
  }

  /**
   * The report is compared with what the next attempt writes, once the lane is enforced. That may
   * stop earlier, to wait for what it began; it may go on with what happens outside meanwhile, and
   * name what a write turned out to do, such as a new device key.
   */
  private void assertShadow(
      String scenario,
      Cause cause,
      Consumer<WorkerRun> before,
      Function<WorkerBench, Hardware> given) {
    try (WorkerBench bench = open()) {
      WorkerRun run = new WorkerRun(bench);
      before.accept(run);
      Hardware hardware = given.apply(bench);
      int writes = bench.writes();
      String found = bench.snapshot();

      List<String> report = objects(run.shadow(hardware, cause));

      assertThat(bench.writes()).as(scenario).isEqualTo(writes);
      assertThat(bench.snapshot()).as(scenario).isEqualTo(found);
      List<String> written = new ArrayList<>(objects(run.attempt(hardware, cause).changes()));
      written.retainAll(report);
      assertThat(written)
          .as(scenario)
          .isEqualTo(report.subList(0, Math.min(report.size(), written.size())));
      assertThat(bench.writes() > writes).as(scenario).isEqualTo(!report.isEmpty());
    }
  }

  private static List<String> objects(List<Change> changes) {
    return changes.stream().map(change -> change.action() + " " + change.object()).toList();
  }

  /** Another replica takes over while a write is in flight, and applies a change meanwhile. */
  @Test
  void nothingOldRemainsOfALostAttemptForAChangedDevice() {
    for (String field : changedFields()) {
      Set<String> expected =
          new HashSet<>(
              List.of(snapshotAfter(field, CHANGED), snapshotAfter(field, ENROLLED, CHANGED)));
      boolean closed = true;
      for (int write = 1; closed; write++) {
        try (WorkerBench bench = open()) {
          WorkerRun run = new WorkerRun(bench);
          Hardware changed = changed(bench, field);
          closed = run.lose(bench.hardware(), lostInWrite(write, () -> run.attempts(changed)));

          run.handOn();
          run.attempts(changed);

          assertThat(withoutIds(bench.snapshot())).as("%s, write %d", field, write).isIn(expected);
        }
      }
    }
  }

  /** The lost attempt works on a change that is undone while its write is in flight. */
  @Test
  void nothingOldRemainsOfALostAttemptForAnUndoneChange() {
    for (String field : changedFields()) {
      Set<String> expected =
          new HashSet<>(
              List.of(
                  snapshotAfter(field, ENROLLED),
                  snapshotAfter(field, ENROLLED, CHANGED, ENROLLED)));
      boolean closed = true;
      for (int write = 1; closed; write++) {
        try (WorkerBench bench = open()) {
          WorkerRun run = new WorkerRun(bench);
          run.settle(bench.hardware());
          Hardware changed = changed(bench, field);
          closed = run.lose(changed, lostInWrite(write, () -> run.attempts(bench.hardware())));

          run.handOn();
          run.attempts(bench.hardware());

          assertThat(withoutIds(bench.snapshot())).as("%s, write %d", field, write).isIn(expected);
        }
      }
    }
  }

  /** Returns what the backend has after some attempts for each of these enrollments. */
  private String snapshotAfter(String field, boolean... changes) {
    try (WorkerBench bench = open()) {
      WorkerRun run = new WorkerRun(bench);
      for (boolean change : changes) {
        run.attempts(change ? changed(bench, field) : bench.hardware());
      }
      return withoutIds(bench.snapshot());
    }
  }

  /** Projects have another id in every bench. */
  private static String withoutIds(String snapshot) {
    return snapshot.replaceAll("[0-9a-f]{32}", "id");
  }

  private static Hardware changed(WorkerBench bench, String field) {
    return Objects.requireNonNull(bench.changedFields().get(field));
  }

  /** Another replica takes over while a write is in flight, and cleans the device up meanwhile. */
  @Test
  void nothingRemainsOfALostAttemptForADeletedDevice() {
    boolean closed = true;
    for (int write = 1; closed; write++) {
      try (WorkerBench bench = open()) {
        String empty = bench.snapshot();
        WorkerRun run = new WorkerRun(bench);
        closed =
            run.lose(
                bench.hardware(), lostInWrite(write, () -> run.settle(deleted(bench.hardware()))));

        run.handOnAsLeftover();
        run.settle(deleted(bench.hardware()));

        assertThat(bench.snapshot()).as("write %d", write).isEqualTo(empty);
      }
    }
  }

  /** Returns a gate whose claim is lost after it admitted so many writes, the last in flight. */
  private static WriteGate lostInWrite(int write, Runnable meanwhile) {
    AtomicInteger passed = new AtomicInteger();
    return () -> {
      int now = passed.incrementAndGet();
      if (now == write) {
        meanwhile.run();
      } else if (now > write) {
        throw new ClosedGateException(ClosedReason.CLAIM_LOST);
      }
    };
  }

  @Test
  void aDeletedDeviceLeavesNothing() {
    try (WorkerBench bench = open()) {
      String empty = bench.snapshot();
      WorkerRun run = new WorkerRun(bench);
      run.settle(bench.hardware());

      assertThat(run.settle(deleted(bench.hardware()))).isInstanceOf(Outcome.Gone.class);
      assertThat(bench.snapshot()).isEqualTo(empty);
    }
  }

  @Test
  void deletingTwiceSucceeds() {
    try (WorkerBench bench = open()) {
      WorkerRun run = new WorkerRun(bench);
      run.settle(bench.hardware());
      run.settle(deleted(bench.hardware()));
      int writes = bench.writes();

      assertThat(run.settle(deleted(bench.hardware()))).isInstanceOf(Outcome.Gone.class);
      assertThat(bench.writes()).isEqualTo(writes);
    }
  }

  @Test
  void deletingWhatNeverExistedSucceeds() {
    try (WorkerBench bench = open()) {
      assertThat(new WorkerRun(bench).settle(deleted(bench.hardware())))
          .isInstanceOf(Outcome.Gone.class);
      assertThat(bench.writes()).isZero();
    }
  }

  /** One failure class and its documented outcome, the same for every worker. */
  static Stream<Arguments> failures() {
    return Stream.of(
        failure("not sent", Failure.without(Kind.NOT_SENT), "deferred", null),
        failure("no connection", Failure.without(Kind.CONNECTION), "failed, retried", null),
        failure("timeout", Failure.without(Kind.TIMEOUT), "failed, retried", null),
        failure("401", Failure.status(401), "deferred", FailureClassifier.CREDENTIAL_CHECK),
        failure("403", Failure.status(403), "deferred", FailureClassifier.CREDENTIAL_CHECK),
        failure("418", Failure.status(418), "failed", null),
        failure("429", Failure.status(429, RETRY_AFTER), "failed, retried", RETRY_AFTER),
        failure("500", Failure.status(500), "failed, retried", null),
        failure("502", Failure.status(502), "failed, retried", null),
        failure("503", Failure.status(503), "failed, retried", null),
        failure("not JSON", Failure.notJson(), "failed, retried", null));
  }

  private static Arguments failure(
      String name, Failure failure, String outcome, @Nullable Duration after) {
    return Arguments.argumentSet(name, failure, outcome, after);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailedFirstCallHasTheDocumentedOutcome(
      Failure failure, String expected, @Nullable Duration after) {
    try (WorkerBench bench = open()) {
      if (handledStatuses().contains(failure.status())) {
        return;
      }
      bench.failCall(0, failure);

      assertOutcome(
          new WorkerRun(bench).attempt(bench.hardware(), Cause.REQUESTED), expected, after);
    }
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailedSecondWriteHasTheDocumentedOutcome(
      Failure failure, String expected, @Nullable Duration after) {
    try (WorkerBench bench = open()) {
      if (handledStatuses().contains(failure.status())) {
        return;
      }
      WorkerRun run = new WorkerRun(bench);
      bench.failWrite(1, failure);

      Outcome outcome = firstFailure(bench, run);

      assertOutcome(outcome, expected, after);
      assertThat(bench.writes()).isPositive();
      run.settle(bench.hardware());
    }
  }

  /** Attempts until the injected failure shows: some workers make one write per attempt. */
  private static Outcome firstFailure(WorkerBench bench, WorkerRun run) {
    Outcome outcome = run.attempt(bench.hardware(), Cause.REQUESTED);
    for (int attempts = 0; attempts < 10 && !isInjected(outcome); attempts++) {
      bench.proceed(bench.hardware());
      outcome = run.attempt(bench.hardware(), Cause.REQUESTED);
    }
    return outcome;
  }

  private static boolean isInjected(Outcome outcome) {
    return outcome instanceof Outcome.Failed
        || (outcome instanceof Outcome.Deferred deferred && !deferred.counted());
  }

  private static void assertOutcome(Outcome outcome, String expected, @Nullable Duration after) {
    switch (outcome) {
      case Outcome.Deferred deferred -> {
        assertThat(expected).isEqualTo("deferred");
        assertThat(deferred.counted()).isFalse();
        assertThat(deferred.reason()).as("said once").doesNotContainPattern("(answered \\d+).*\\1");
        if (after != null) {
          assertThat(deferred.after()).isEqualTo(after);
        }
      }
      case Outcome.Failed failed -> {
        assertThat(expected).isEqualTo(failed.retryable() ? "failed, retried" : "failed");
        assertThat(failed.message()).as("said once").doesNotContainPattern("(answered \\d+).*\\1");
        assertThat(failed.after()).isEqualTo(after);
      }
      case Outcome.Synced _, Outcome.Gone _ ->
          throw new AssertionError("the failure did not show: " + outcome);
    }
  }

  @Test
  void noSecretShowsAnywhere(CapturedOutput output) {
    try (WorkerBench bench = open()) {
      WorkerRun run = new WorkerRun(bench);
      StringBuilder shown = new StringBuilder();
      List<Failure> failures = List.of(Failure.status(400), Failure.status(500), Failure.notJson());
      for (int write = 0; write < failures.size(); write++) {
        bench.failWrite(write, failures.get(write));
        shown.append(run.attempt(bench.hardware(), Cause.REQUESTED));
        bench.proceed(bench.hardware());
      }
      shown.append(run.settle(bench.hardware()));
      Set<String> secretKeys = bench.worker().secretDetails();
      run.recorded()
          .forEach((key, value) -> {
            if (!secretKeys.contains(key)) {
              shown.append(key).append('=').append(value);
            }
          });
      shown.append(output.getAll());

      for (Map.Entry<String, String> secret : bench.secrets().entrySet()) {
        assertThat(shown.indexOf(secret.getValue())).as(secret.getKey()).isEqualTo(-1);
      }
    }
  }

  /** Returns the same hardware after its owner deleted it. */
  protected static Hardware deleted(Hardware hardware) {
    return new Hardware(
        hardware.id(),
        hardware.name(),
        hardware.projectId(),
        hardware.hardwareType(),
        hardware.properties(),
        hardware.windows(),
        hardware.generation(),
        true);
  }
}
