package doni.worker.ironic;

import doni.backend.BackendException;
import doni.convergence.ConvergingPlan;
import doni.convergence.FailureClassifier;
import doni.enrollment.Hardware;
import doni.enrollment.Secret;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.SharedNames;
import doni.worker.ironic.HostStateMachine.HostStep;
import doni.worker.ironic.IronicObservedState.IronicNode;
import doni.worker.ironic.IronicRecordedState.PasswordFingerprint;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes the steps of a {@link HostStateMachine}. The state of an enrolled host's node changes at
 * most once in an attempt; the result is left to a later one.
 *
 * <p>It catches one failure: where Ironic refuses the connectivity of a port, the refusal is
 * recorded, so that the node returns to the pool before the attempt fails. Every other failure goes
 * to {@link doni.convergence.FailureClassifier}.
 */
final class IronicPlan extends ConvergingPlan<IronicObservedState> {

  /** The detail that a node is in maintenance. */
  static final String MAINTENANCE = "maintenance";

  private static final Duration AFTER_REFUSAL = Duration.ofSeconds(30);

  /** Another node may be on its way out. */
  private static final Duration UNTIL_FREE = Duration.ofMinutes(5);

  private final IronicClient client;
  private final Hardware hardware;
  private final HostStateMachine states;
  private final Clock clock;
  private IronicRecordedState recorded;
  private Optional<String> lastRefusal = Optional.empty();

  IronicPlan(
      IronicClient client,
      Hardware hardware,
      HostStateMachine states,
      IronicRecordedState recorded,
      IronicObservedState observed,
      Clock clock) {
    super(observed, true);
    this.client = client;
    this.hardware = hardware;
    this.states = states;
    this.recorded = recorded;
    this.clock = clock;
  }

  @Override
  public List<Change> changes() {
    HostStep step = next(observed());
    List<IronicWrite> writes = new ArrayList<>(step.writes());
    boolean continues = !step.changesState() || states.continuesAfterStateChange();
    if (!writes.isEmpty() && continues) {
      writes.addAll(states.following(observed(), recorded, clock.instant()).writes());
    }
    return writes.stream().flatMap(write -> write.changes().stream()).toList();
  }

  @Override
  public Optional<Outcome> conclusion() {
    return conclude(observed());
  }

  /** Returns whether there is nothing to write and nothing to wait for. */
  boolean isSteady() {
    return next(observed()).isSteady();
  }

  @Override
  public Map<String, @Nullable Object> unfinishedDetails() {
    return log().isEmpty() ? Map.of() : recorded.details();
  }

  @Override
  protected String subject() {
    return "node " + hardware.name();
  }

  @Override
  protected IronicObservedState observe() {
    return client.observe(uuid());
  }

  @Override
  protected Optional<Outcome> conclude(IronicObservedState seen) {
    HostStep step = next(seen);
    return step.writes().isEmpty() ? Optional.of(outcome(step, seen)) : Optional.empty();
  }

  @Override
  protected Optional<Outcome> write(IronicObservedState seen) {
    HostStep step = next(seen);
    for (IronicWrite write : step.writes()) {
      if (write instanceof IronicWrite.SetProvisionState change && !isUnchanged(change.node())) {
        return Optional.empty();
      }
      Optional<IronicWriteResult> result = send(write);
      if (result.isEmpty()) {
        return Optional.empty();
      }
      if (!(result.get() instanceof IronicWriteResult.WriteDone)) {
        return notDone(result.get(), write);
      }
      done(write);
    }
    return step.changesState() && !states.continuesAfterStateChange()
        ? Optional.of(outcome(step, seen))
        : Optional.empty();
  }

  @Override
  protected Outcome unsettled(IronicObservedState seen) {
    return lastRefusal
        .<Outcome>map(text -> new Outcome.Deferred(text, AFTER_REFUSAL, recorded.details()))
        .orElseGet(() ->
            new Outcome.Failed(
                "Ironic accepts the writes but does not show them afterwards",
                true,
                null,
                recorded.details()));
  }

  private HostStep next(IronicObservedState seen) {
    return states.next(seen, recorded, !log().isEmpty(), clock.instant());
  }

  /** Sends a write; empty where Ironic refused the connectivity of a port, which is recorded. */
  private Optional<IronicWriteResult> send(IronicWrite write) {
    try {
      return Optional.of(gate().admit(() -> write.sendTo(client)));
    } catch (BackendException e) {
      if (write instanceof IronicWrite.PatchPort port && port.touchesConnectivity() && refuses(e)) {
        recorded =
            recorded.withRefusal(
                new IronicRecordedState.Refusal(
                    hardware.generation().value(), String.valueOf(e.getMessage())));
        return Optional.empty();
      }
      throw e;
    }
  }

  private void done(IronicWrite write) {
    log().addAll(write.changes());
    boolean setsPassword =
        write instanceof IronicWrite.CreateNode
            || (write instanceof IronicWrite.PatchIronicNode patch && patch.setsPassword());
    if (setsPassword) {
      recorded = recorded.withPassword(password().map(PasswordFingerprint::of));
    }
  }

  /** Ironic has no conditional write: the next best is to read right before a change of state. */
  private boolean isUnchanged(IronicNode node) {
    return client
        .node(node.uuid())
        .filter(now ->
            now.state().equals(node.state())
                && !now.locked()
                && now.maintenance() == node.maintenance()
                && now.inUse() == node.inUse())
        .isPresent();
  }

  /** Returns how the attempt ends; empty where the node is to be observed again. */
  private Optional<Outcome> notDone(IronicWriteResult result, IronicWrite write) {
    return switch (result) {
      case IronicWriteResult.WriteDone _, IronicWriteResult.Absent _ -> Optional.empty();
      case IronicWriteResult.Locked _ ->
          Optional.of(
              new Outcome.Deferred(
                  HostStateMachine.LOCKED, HostStateMachine.UNTIL_UNLOCKED, recorded.details()));
      case IronicWriteResult.WrongState(String text) -> {
        lastRefusal = Optional.of(text);
        yield Optional.empty();
      }
      case IronicWriteResult.Taken(IronicWriteResult.Key key, String text) ->
          taken(key, text, write);
    };
  }

  private Optional<Outcome> taken(IronicWriteResult.Key key, String text, IronicWrite write) {
    return switch (key) {
      case NAME -> failed(text, true);
      case UUID ->
          client.node(uuid()).isPresent()
              ? Optional.empty()
              : failed(
                  text + " It is hidden from the service user, which needs the role admin.", false);
      case MAC_ADDRESS ->
          client
              .portWith(write instanceof IronicWrite.CreatePort it ? it.port().macAddress() : "")
              .filter(port -> !port.nodeUuid().equals(uuid()))
              .flatMap(port ->
                  failed("%s It belongs to node %s.".formatted(text, port.nodeUuid()), true));
    };
  }

  private Optional<Outcome> failed(String message, boolean retryable) {
    return Optional.of(
        new Outcome.Failed(message, retryable, retryable ? UNTIL_FREE : null, recorded.details()));
  }

  /** Returns whether the refusal is about the port, not about our credentials or our pace. */
  private static boolean refuses(BackendException e) {
    return e.kind() == BackendException.Kind.STATUS
        && switch (e.status()) {
          case 401, 403, 404, 408, 429 -> false;
          default -> e.status() >= 400 && e.status() < 500;
        };
  }

  private Outcome outcome(HostStep step, IronicObservedState seen) {
    Optional<IronicNode> node = seen.node();
    Map<String, @Nullable Object> details =
        step.recorded()
            .report()
            .put(SharedNames.PROVISION_STATE, node.map(IronicNode::state))
            .put("power_state", node.map(IronicNode::powerState))
            .put(MAINTENANCE, node.map(IronicNode::maintenance).filter(it -> it))
            .put("maintenance_reason", node.map(IronicNode::maintenanceReason).map(this::shown))
            .put("fault", node.map(IronicNode::fault))
            .put("node_last_error", node.flatMap(IronicNode::error).map(this::shown))
            .build();
    Outcome ending = step.ending().withDetails(details).withChanges(log().changes());
    return ending instanceof Outcome.Failed failed
        ? new Outcome.Failed(
            masked(failed.message()),
            failed.retryable(),
            failed.after(),
            failed.details(),
            failed.changes(),
            failed.place())
        : ending;
  }

  /** The error of a BMC's tool may quote its command line. */
  private String masked(String text) {
    return password().map(password -> password.maskedIn(text)).orElse(text);
  }

  private String shown(String text) {
    return FailureClassifier.bounded(masked(text));
  }

  private String uuid() {
    return hardware.id().toString();
  }

  private Optional<Secret> password() {
    return hardware.secret(IronicDesiredState.PASSWORD);
  }
}
