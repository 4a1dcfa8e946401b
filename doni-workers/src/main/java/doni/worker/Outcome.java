package doni.worker;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a worker ends an attempt.
 *
 * <p>{@code details} are merged into what the task has recorded: a key replaces the value under
 * that name, a null value removes it, keys that are not mentioned stay. They are kept whatever the
 * outcome, so a worker can record what it created before something failed. {@code changes} are what
 * the attempt has written, in order, without secrets; they become an event.
 */
public sealed interface Outcome {

  Map<String, @Nullable Object> details();

  List<Change> changes();

  /** Returns where the cause lies that keeps the task from being steady; empty for a success. */
  Optional<BlockedBy> blockedBy();

  /** Where the cause lies that keeps a task from being steady, and so who removes it. */
  enum BlockedBy {
    /** At the device: its owner follows the advice for the step at which it stands. */
    DEVICE,
    /** In the enrollment: its owner corrects the property that the reason names. */
    ENROLLMENT,
    /** The backend is down, too slow or limits the rate: the operator restores it. */
    BACKEND,
    /** The backend refuses Doni's own credentials or rights: the operator gives them. */
    CREDENTIALS,
    /** Elsewhere at the site: the operator removes what the reason names. */
    SITE
  }

  /** Returns this outcome with these changes. */
  Outcome withChanges(List<Change> changes);

  /** Returns this outcome with these details. */
  Outcome withDetails(Map<String, @Nullable Object> details);

  /**
   * The backend was read, and agrees with the desired state in everything that the worker repairs.
   *
   * @param unrepaired what differs and is left alone on purpose; the device is steady with it only
   *     where the lane reports or ignores drift
   */
  record Synced(
      Map<String, @Nullable Object> details,
      List<Change> changes,
      Optional<UnrepairedDrift> unrepaired)
      implements Outcome {
    public Synced {
      details = copy(details);
      changes = List.copyOf(changes);
    }

    /** Nothing differs. */
    public Synced(Map<String, @Nullable Object> details, List<Change> changes) {
      this(details, changes, Optional.empty());
    }

    /**
     * Differences that the worker leaves alone, because only a person can decide what is right.
     *
     * @param differences from what is observed to what is desired, without secrets
     * @param reason what differs and what to do, for the device's owner to read
     */
    public record UnrepairedDrift(List<Change> differences, String reason) {
      public UnrepairedDrift {
        differences = List.copyOf(differences);
      }
    }

    @Override
    public Optional<BlockedBy> blockedBy() {
      return Optional.empty();
    }

    @Override
    public Synced withChanges(List<Change> written) {
      return new Synced(details, written, unrepaired);
    }

    @Override
    public Synced withDetails(Map<String, @Nullable Object> recorded) {
      return new Synced(recorded, changes, unrepaired);
    }
  }

  /**
   * Nothing is wrong with the device, but something outside must happen first.
   *
   * @param reason what it waits for, for the device's owner to read
   * @param after how long to wait at most; null leaves it to the engine's back-off
   * @param cause what it waits for
   */
  record Deferred(
      String reason,
      @Nullable Duration after,
      DeferralCause cause,
      Map<String, @Nullable Object> details,
      List<Change> changes)
      implements Outcome {

    public Deferred {
      details = copy(details);
      changes = List.copyOf(changes);
    }

    /** A deferral for the device's own reasons, before anything was written. */
    public Deferred(
        String reason, @Nullable Duration after, Map<String, @Nullable Object> details) {
      this(reason, after, DeferralCause.DEVICE, details, List.of());
    }

    /** What a deferred attempt waits for. */
    public enum DeferralCause {
      /** Something about the device. Only these deferrals count as attempts. */
      DEVICE,
      /** The lane: its backend is not called, or another task comes first. */
      LANE,
      /** The backend accepting our own credentials. */
      CREDENTIALS
    }

    /** Returns whether it counts as an attempt. */
    public boolean counted() {
      return cause == DeferralCause.DEVICE;
    }

    /** Returns a deferral that is not the device's fault. */
    public static Deferred uncounted(String reason, @Nullable Duration after) {
      return new Deferred(reason, after, DeferralCause.LANE, Map.of(), List.of());
    }

    /** Returns the deferral of a device for which the backend refused our own credentials. */
    public static Deferred refused(String reason, Duration after) {
      return new Deferred(reason, after, DeferralCause.CREDENTIALS, Map.of(), List.of());
    }

    @Override
    public Optional<BlockedBy> blockedBy() {
      return Optional.of(
          switch (cause) {
            case DEVICE -> BlockedBy.DEVICE;
            case LANE -> BlockedBy.BACKEND;
            case CREDENTIALS -> BlockedBy.CREDENTIALS;
          });
    }

    @Override
    public Deferred withChanges(List<Change> written) {
      return new Deferred(reason, after, cause, details, written);
    }

    @Override
    public Deferred withDetails(Map<String, @Nullable Object> recorded) {
      return new Deferred(reason, after, cause, recorded, changes);
    }
  }

  /**
   * The attempt did not succeed.
   *
   * @param message what went wrong, for the device's owner to read, without secrets
   * @param retryable whether trying again can help while neither the device nor the configuration
   *     changes
   * @param after the time that the backend asked to be left alone; null leaves it to the engine's
   *     back-off
   * @param place where the cause lies
   */
  record Failed(
      String message,
      boolean retryable,
      @Nullable Duration after,
      Map<String, @Nullable Object> details,
      List<Change> changes,
      BlockedBy place)
      implements Outcome {

    public Failed {
      details = copy(details);
      changes = List.copyOf(changes);
    }

    /** A failure before anything was written. */
    public Failed(
        String message,
        boolean retryable,
        @Nullable Duration after,
        Map<String, @Nullable Object> details) {
      this(message, retryable, after, details, List.of());
    }

    /** A failure whose cause is somewhere at the site. */
    public Failed(
        String message,
        boolean retryable,
        @Nullable Duration after,
        Map<String, @Nullable Object> details,
        List<Change> changes) {
      this(message, retryable, after, details, changes, BlockedBy.SITE);
    }

    /** Returns the failure of an enrollment that its owner has to correct. */
    public static Failed invalid(String message) {
      return new Failed(message, false, null, Map.of()).at(BlockedBy.ENROLLMENT);
    }

    /** Returns this failure with the place of its cause. */
    public Failed at(BlockedBy cause) {
      return new Failed(message, retryable, after, details, changes, cause);
    }

    @Override
    public Optional<BlockedBy> blockedBy() {
      return Optional.of(place);
    }

    @Override
    public Failed withChanges(List<Change> written) {
      return new Failed(message, retryable, after, details, written, place);
    }

    @Override
    public Failed withDetails(Map<String, @Nullable Object> recorded) {
      return new Failed(message, retryable, after, recorded, changes, place);
    }
  }

  /** The device was deleted, and nothing of it is left in the backend. */
  record Gone(List<Change> changes) implements Outcome {
    public Gone {
      changes = List.copyOf(changes);
    }

    @Override
    public Optional<BlockedBy> blockedBy() {
      return Optional.empty();
    }

    @Override
    public Map<String, @Nullable Object> details() {
      return Map.of();
    }

    @Override
    public Gone withChanges(List<Change> written) {
      return new Gone(written);
    }

    @Override
    public Gone withDetails(Map<String, @Nullable Object> recorded) {
      return this;
    }
  }

  private static Map<String, @Nullable Object> copy(Map<String, @Nullable Object> details) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }
}
