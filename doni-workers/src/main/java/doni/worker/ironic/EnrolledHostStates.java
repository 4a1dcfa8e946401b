package doni.worker.ironic;

import doni.worker.ironic.IronicObservedState.IronicNode;
import doni.worker.ironic.IronicWrite.ProvisionTarget;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The states of an enrolled host: its node is created, verified and made available, and its drift
 * is reverted. It leaves the pool only when the connectivity of a port differs and the node is
 * neither deployed nor claimed.
 */
record EnrolledHostStates(IronicDesiredState desired, long generation) implements HostStateMachine {

  private static final String VERIFYING = "verifying";
  private static final String VERIFICATION_PENDING = "verification pending";
  private static final Duration VERIFYING_CHECK = Duration.ofSeconds(5);

  /** The slowest BMC answers within a few minutes, all tries of Ironic included. */
  private static final Duration LONGEST_VERIFICATION = Duration.ofMinutes(10);

  private static final Duration FIRST_RETRY = Duration.ofMinutes(1);
  private static final Duration LAST_RETRY = Duration.ofHours(1);

  /** Without cleaning, a node joins or leaves the pool within a moment. */
  private static final Duration MOMENT = Duration.ofSeconds(1);

  /**
   * What a step is decided on.
   *
   * @param drift that is left to write
   * @param written whether this attempt has written something already
   * @param assumesWrites whether what the node's state lets be written counts as written
   */
  private record HostSituation(
      IronicNode node,
      IronicDrift drift,
      IronicRecordedState recorded,
      boolean written,
      boolean assumesWrites,
      Instant now) {

    HostSituation withDrift(IronicDrift left) {
      return new HostSituation(node, left, recorded, written, assumesWrites, now);
    }
  }

  @Override
  public boolean continuesAfterStateChange() {
    return false;
  }

  @Override
  public HostStep next(
      IronicObservedState observed, IronicRecordedState recorded, boolean written, Instant now) {
    return observed
        .node()
        .map(node -> step(situation(node, observed, recorded, written, false, now)))
        .orElseGet(() -> creation(recorded));
  }

  @Override
  public HostStep following(
      IronicObservedState observed, IronicRecordedState recorded, Instant now) {
    return observed
        .node()
        .map(node -> step(situation(node, observed, recorded, true, true, now)))
        .orElseGet(() -> HostStep.waiting(VERIFICATION_PENDING, SOON, recorded));
  }

  private HostSituation situation(
      IronicNode node,
      IronicObservedState observed,
      IronicRecordedState recorded,
      boolean written,
      boolean assumesWrites,
      Instant now) {
    IronicDrift drift = IronicDrift.between(desired, node, observed.ports(), recorded);
    return new HostSituation(node, drift, recorded, written, assumesWrites, now);
  }

  private HostStep step(HostSituation host) {
    HostStep step = byState(host);
    if (host.node().maintenance()) {
      step = inMaintenance(host);
    }
    return HostStateMachine.unlessLocked(host.node(), step, host.recorded());
  }

  private HostStep creation(IronicRecordedState recorded) {
    List<IronicWrite> writes = new ArrayList<>();
    writes.add(new IronicWrite.CreateNode(desired.node()));
    desired
        .ports()
        .forEach(port -> writes.add(new IronicWrite.CreatePort(desired.node().uuid(), port)));
    return HostStep.writing(writes, recorded);
  }

  private HostStep byState(HostSituation host) {
    return switch (host.node().provisionState()) {
      case ENROLL -> writeOr(writable(host), host, this::verification);
      case MANAGEABLE -> writeOr(writable(host), host, this::manageable);
      case AVAILABLE ->
          host.node().inUse()
              ? inUse(host)
              : writeOr(host.drift().inPlace(), host, this::available);
      case IN_USE -> inUse(host);
      case CHANGING_USE ->
          host.drift().isEmpty()
              ? HostStep.steady(host.recorded())
              : HostStep.waiting(IN_USE, MINUTES, host.recorded().backInPool());
      case VERIFYING -> verifying(host);
      case IN_TRANSITION -> HostStateMachine.inTransition(host.node(), host.recorded(), host.now());
      case FAILED, ADOPT_FAILED, USE_FAILED ->
          writeOr(host.drift().afterFailure(), host, EnrolledHostStates::failed);
    };
  }

  private static HostStep writeOr(
      IronicDrift writable, HostSituation host, Function<HostSituation, HostStep> otherwise) {
    if (host.assumesWrites()) {
      return otherwise.apply(host.withDrift(host.drift().without(writable)));
    }
    List<IronicWrite> writes = writable.writes(host.node().uuid());
    return writes.isEmpty() ? otherwise.apply(host) : HostStep.writing(writes, host.recorded());
  }

  /** What Ironic has refused is not written again until the enrollment changes. */
  private IronicDrift writable(HostSituation host) {
    return isRefused(host.recorded()) ? host.drift().inPlace() : host.drift();
  }

  private boolean isRefused(IronicRecordedState recorded) {
    return recorded.refusal().filter(it -> it.generation() == generation).isPresent();
  }

  private HostStep verification(HostSituation host) {
    IronicRecordedState recorded = host.recorded();
    boolean failedNow =
        recorded.isInPhase(VERIFYING) && host.node().error().isPresent() && !host.written();
    if (failedNow) {
      int failed = recorded.verification().map(IronicRecordedState.Verification::failed).orElse(0);
      Duration wait = retryAfter(failed + 1);
      return HostStep.unverified(
          error(host.node()),
          wait,
          recorded.withFailed(
              new IronicRecordedState.Verification(failed + 1, host.now().plus(wait), generation)));
    }
    Duration left =
        recorded
            .verification()
            .filter(it -> it.generation() == generation && !host.written())
            .map(it -> Duration.between(host.now(), it.next()))
            .orElse(Duration.ZERO);
    if (left.isPositive()) {
      return HostStep.unverified(error(host.node()), left, recorded);
    }
    if (!recorded.moved()) {
      return HostStep.waiting(VERIFICATION_PENDING, SOON, recorded.withMoved());
    }
    return HostStep.changingState(
        new IronicWrite.SetProvisionState(host.node(), ProvisionTarget.MANAGE),
        "verification running",
        VERIFYING_CHECK,
        recorded.withPhase(VERIFYING, host.now()));
  }

  private static Duration retryAfter(int failed) {
    Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(failed - 1, 10));
    return wait.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : wait;
  }

  private static HostStep verifying(HostSituation host) {
    IronicRecordedState recorded = host.recorded().inPhase(VERIFYING, host.now());
    Instant since = recorded.phase().map(IronicRecordedState.Phase::since).orElse(host.now());
    return since.plus(LONGEST_VERIFICATION).isBefore(host.now())
        ? HostStep.unverified(
            "verification not finished after %d minutes; check the BMC"
                .formatted(LONGEST_VERIFICATION.toMinutes()),
            FIRST_RETRY,
            recorded)
        : HostStep.waiting("verification running", VERIFYING_CHECK, recorded);
  }

  /** A node that a person took out of the pool stays out of it. */
  private HostStep manageable(HostSituation host) {
    if (host.recorded().moved()) {
      return HostStep.changingState(
          new IronicWrite.SetProvisionState(host.node(), ProvisionTarget.PROVIDE),
          "node joining the pool",
          MOMENT,
          host.recorded().withPhase("providing", host.now()));
    }
    return host.drift().isEmpty()
        ? HostStep.steady(host.recorded())
        : refused(host.recorded().backInPool());
  }

  private HostStep available(HostSituation host) {
    IronicRecordedState recorded = host.recorded();
    if (host.drift().isEmpty()) {
      return HostStep.steady(recorded);
    }
    if (isRefused(recorded)) {
      return refused(recorded.backInPool());
    }
    String reason = "connectivity of a port changed; node leaves the pool for a moment";
    return recorded.moved()
        ? HostStep.changingState(
            new IronicWrite.SetProvisionState(host.node(), ProvisionTarget.MANAGE),
            reason,
            MOMENT,
            recorded.withPhase("updating ports", host.now()))
        : HostStep.waiting(reason, SOON, recorded.withMoved());
  }

  private static HostStep refused(IronicRecordedState recorded) {
    String text = recorded.refusal().map(IronicRecordedState.Refusal::text).orElse("");
    return HostStep.failed(text, false, null, recorded);
  }

  private static HostStep inUse(HostSituation host) {
    return writeOr(
        host.drift().whileInUse(),
        host,
        left ->
            left.drift().isEmpty()
                ? HostStep.steady(left.recorded())
                : HostStep.waiting(IN_USE, MINUTES, left.recorded().backInPool()));
  }

  private static HostStep failed(HostSituation host) {
    return HostStep.failed(
        "node in state '%s': %s".formatted(host.node().state(), error(host.node())),
        true,
        MINUTES,
        host.recorded());
  }

  /**
   * A node in maintenance cannot be deployed, so it is never steady, even without drift: the
   * machine may have lost its power for a password that this worker wrote.
   *
   * <p>Maintenance lifts Ironic's own restrictions, so nothing is written. Only the credentials of
   * a BMC that Ironic lost are: without them Ironic could never reach it and end the maintenance.
   */
  private static HostStep inMaintenance(HostSituation host) {
    boolean repairable = host.node().lostItsPower() && !host.node().provisionState().isTransient();
    List<IronicWrite> writes =
        repairable && !host.assumesWrites()
            ? host.drift().credentials().writes(host.node().uuid())
            : List.of();
    HostStep waiting =
        host.drift().isEmpty()
            ? HostStep.failed(host.node().maintenanceProblem(), true, null, host.recorded())
            : HostStep.waiting(MAINTENANCE, MAINTENANCE_CHECK, host.recorded());
    return new HostStep(writes, waiting.ending(), waiting.recorded());
  }

  private static String error(IronicNode node) {
    return node.error().orElse("Ironic gives no reason");
  }
}
