package doni.resync;

import doni.hardwaretype.HardwareTypes;
import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.request.RequestRefusedException.NotFound;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Starts and controls resync runs, for callers whom the rule {@code hardware:sync_all} admits.
 * Refusals come in this order: forbidden, invalid, not found, conflict.
 */
@Service
public class ResyncService {

  private final ResyncRunStore runs;
  private final ResyncRunReader reader;
  private final HardwareTypes types;
  private final AccessPolicy policy;

  ResyncService(
      ResyncRunStore runs, ResyncRunReader reader, HardwareTypes types, AccessPolicy policy) {
    this.runs = runs;
    this.reader = reader;
    this.types = types;
    this.policy = policy;
  }

  /**
   * Starts a run that makes the tasks due that match a filter; an empty filter matches all. While a
   * run with the same filter is not over, that run is returned.
   *
   * @param filter as received, unchecked
   */
  @Transactional
  public ResyncRun start(Caller caller, Map<String, Object> filter) {
    authorize(caller);
    ResyncFilter checked = ResyncFilterRequest.read(filter, types, runs);
    return runs.start(checked, caller.userId());
  }

  public ResyncRun get(Caller caller, UUID run) {
    authorize(caller);
    return found(run, runs.find(run));
  }

  /**
   * Returns the runs, newest first.
   *
   * @param after the last run of the previous page; null starts at the newest
   */
  public List<ResyncRun> list(Caller caller, int limit, @Nullable UUID after) {
    authorize(caller);
    return runs.list(limit, after);
  }

  /** Pauses a run: tasks that were not attempted yet wait for their own next attempt. */
  @Transactional
  public ResyncRun pause(Caller caller, UUID run) {
    authorize(caller);
    return found(run, runs.pause(run));
  }

  /** Resumes a run with the tasks that were not attempted yet. */
  @Transactional
  public ResyncRun resume(Caller caller, UUID run) {
    authorize(caller);
    return found(run, runs.resume(run));
  }

  /** Ends a run before all of its tasks are done. */
  @Transactional
  public ResyncRun cancel(Caller caller, UUID run) {
    authorize(caller);
    return found(run, runs.cancel(run));
  }

  /**
   * Checks that a caller may see the runs; for one who is told that they changed, and then reads
   * them.
   */
  public void authorizeToRead(Caller caller) {
    authorize(caller);
  }

  /**
   * Returns a text that differs as soon as a run begins, gets further, or ends. Shown to no one: it
   * is compared with the one before.
   */
  public String progress() {
    return reader.progress();
  }

  private void authorize(Caller caller) {
    policy.enforce("hardware:sync_all", caller, Map.of());
  }

  private static ResyncRun found(UUID uuid, Optional<ResyncRun> run) {
    return run.orElseThrow(() -> new NotFound("Resync run " + uuid + " could not be found."));
  }
}
