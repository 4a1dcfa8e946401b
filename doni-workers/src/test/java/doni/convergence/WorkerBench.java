package doni.convergence;

import doni.backend.BackendException;
import doni.enrollment.Hardware;
import doni.worker.Worker;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One worker in front of one backend: its in-memory client, or the simulated backend over HTTP.
 * {@link WorkerContractTest} drives it.
 */
public interface WorkerBench extends AutoCloseable {

  Worker worker();

  /** Returns the hardware to enroll; the same values for every bench of a worker. */
  Hardware hardware();

  /** Returns enrollments that differ from {@link #hardware} in one field each, by that field. */
  Map<String, Hardware> changedFields();

  /** Returns what the workers recorded of it on which this one depends, by worker type. */
  default Map<String, Map<String, Object>> dependencies(Hardware hardware) {
    return Map.of();
  }

  /**
   * Lets happen outside what the worker waits for: the device registers its Node, the hub gets
   * ready, a lease reaches its next state, time passes. Called between attempts.
   */
  void proceed(Hardware hardware);

  /** Returns the changes after which nothing may remain of a crash. */
  default Map<String, Hardware> changesAfterCrash() {
    return changedFields();
  }

  /** Returns ways in which another client changes an object of ours, by name. */
  Map<String, Runnable> disturbances(Hardware hardware);

  /** Deletes the worker's main object in the backend behind its back. */
  void deleteResource(Hardware hardware);

  /** Returns the number of writes that the backend has carried out so far. */
  int writes();

  /** Returns the number of calls, reads included, that the worker has made so far. */
  int calls();

  /**
   * Returns all of the worker's objects in the backend as text, without generated ids and times, so
   * that two backends with the same content have the same text.
   */
  String snapshot();

  /** Makes the call after the next {@code skipped} ones fail, once. */
  void failCall(int skipped, Failure failure);

  /** Makes the write after the next {@code skipped} writes fail, once. */
  void failWrite(int skipped, Failure failure);

  /** Returns secrets that must not show up anywhere: tokens, keys, passwords. */
  Map<String, String> secrets();

  @Override
  void close();

  /**
   * A failure to inject.
   *
   * @param kind as the client reports it
   * @param status with {@link BackendException.Kind#STATUS}
   * @param takesEffect whether the backend carries the call out before it fails
   */
  record Failure(
      BackendException.Kind kind,
      int status,
      @Nullable Duration retryAfter,
      boolean isJson,
      boolean takesEffect) {

    public static Failure status(int status) {
      return new Failure(BackendException.Kind.STATUS, status, null, true, false);
    }

    static Failure status(int status, Duration retryAfter) {
      return new Failure(BackendException.Kind.STATUS, status, retryAfter, true, false);
    }

    static Failure without(BackendException.Kind kind) {
      return new Failure(kind, 0, null, true, false);
    }

    /** A 200 whose body is not JSON, as a proxy answers. */
    static Failure notJson() {
      return new Failure(BackendException.Kind.STATUS, 200, null, false, false);
    }

    /** The process dies right after the call: carried out, and nothing is recorded. */
    static Failure crash() {
      return new Failure(BackendException.Kind.CONNECTION, 0, null, true, true);
    }

    /** Returns the exception that an in-memory client throws for it. */
    public BackendException exception(String service, boolean write) {
      return switch (kind) {
        case STATUS -> BackendException.answered(service, status, "injected", write, retryAfter);
        case NOT_SENT -> BackendException.notSent(service, "circuit open: " + service, retryAfter);
        case CONNECTION, TIMEOUT ->
            BackendException.unanswered(service, kind, "injected", write, null);
      };
    }
  }
}
