package doni.resync;

import doni.hardwaretype.HardwareTypes;
import doni.policy.Caller;
import doni.policy.Policy;
import doni.request.RequestRefusedException.NotFound;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Resyncs of many devices, for those whom {@code hardware:sync_all} allows it. Refusals come in
 * this order: forbidden, invalid, not found, conflict.
 */
@Service
public class ResyncService {

  private final ResyncRunStore runs;
  private final HardwareTypes types;
  private final Policy policy;
  private final TransactionTemplate transaction;

  ResyncService(
      ResyncRunStore runs, HardwareTypes types, Policy policy, TransactionTemplate transaction) {
    this.runs = runs;
    this.types = types;
    this.policy = policy;
    this.transaction = transaction;
  }

  /**
   * Has the tasks that a filter matches looked at again, all of them if it is empty. While a run of
   * the same filter is not over, that one is returned.
   *
   * @param filter as it came, unchecked
   */
  public ResyncRun start(Caller caller, Map<String, Object> filter) {
    authorize(caller);
    ResyncFilter checked = ResyncFilterRequest.read(filter, types, runs);
    return Objects.requireNonNull(transaction.execute(_ -> runs.start(checked, caller.userId())));
  }

  public ResyncRun get(Caller caller, UUID run) {
    authorize(caller);
    return found(run, runs.find(run));
  }

  /**
   * The runs, newest first.
   *
   * @param after only those that come after this one; null starts at the newest
   */
  public List<ResyncRun> list(Caller caller, int limit, @Nullable UUID after) {
    authorize(caller);
    return runs.list(limit, after);
  }

  /** Lets what is not attempted yet wait for its own next look. */
  public ResyncRun pause(Caller caller, UUID run) {
    return change(caller, run, runs::pause);
  }

  /** Goes on with what is not attempted yet. */
  public ResyncRun resume(Caller caller, UUID run) {
    return change(caller, run, runs::resume);
  }

  /** Ends a run before all of it is done. */
  public ResyncRun cancel(Caller caller, UUID run) {
    return change(caller, run, runs::cancel);
  }

  private ResyncRun change(Caller caller, UUID run, Function<UUID, Optional<ResyncRun>> change) {
    authorize(caller);
    return found(run, Objects.requireNonNull(transaction.execute(_ -> change.apply(run))));
  }

  private void authorize(Caller caller) {
    policy.enforce("hardware:sync_all", caller, Map.of());
  }

  private static ResyncRun found(UUID uuid, Optional<ResyncRun> run) {
    return run.orElseThrow(() -> new NotFound("Sync run " + uuid + " could not be found."));
  }
}
