package doni.worker;

import doni.backend.BackendException;
import doni.worker.BootConfiguration.BootingDevice;
import doni.worker.DeviceSignal.SignalListener;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one backend in agreement with what is enrolled.
 *
 * <p>An attempt has two halves. {@link #plan} observes and works out the difference, and writes
 * nothing; {@link ReconcilePlan#apply} removes the difference. Both may be repeated at any time and
 * by any replica, also after a crash between any two calls, so a worker recognises its own
 * half-done work by what it finds in the backend. A worker keeps nothing in memory that it could
 * not lose, and never touches an object in the backend that is not its own.
 *
 * <p>Both halves run on a virtual thread of their own and may block; the engine sees to it that
 * there is one attempt at a time for a device. A {@link BackendException} that a worker lets
 * through is classified by the engine, the same way for all workers; a worker catches only what it
 * can answer better. Every other exception is a defect and ends the attempt as a failure.
 */
public interface Worker {

  /**
   * The worker's name in the API, in the configuration and of its lane, for example {@code
   * blazar.device}.
   */
  String type();

  /** The properties that this worker adds to the hardware types which it serves. */
  default List<WorkerField> fields() {
    return List.of();
  }

  /**
   * What a device's name must look like for this worker, as a JSON schema for a string. An
   * enrollment or a new name that does not meet it is refused.
   */
  default Optional<Map<String, Object>> nameSchema() {
    return Optional.empty();
  }

  /**
   * Top-level keys of its details that hold secrets: encrypted at rest, and shown to the device's
   * owner only.
   */
  default Set<String> secretDetails() {
    return Set.of();
  }

  /** Top-level keys of its details that no client is shown, not even the device's owner. */
  default Set<String> privateDetails() {
    return Set.of();
  }

  /**
   * Returns the milestones on a device's way to Ready that this worker answers for, in their order,
   * from what it recorded. Reads nothing else, and is called for many devices.
   */
  default List<Milestone> milestones(Map<String, Object> recorded) {
    return List.of();
  }

  /**
   * Returns the file that the device's machine boots with, from what this worker recorded; empty
   * for a worker whose devices need none. Calls no backend.
   */
  default Optional<BootConfiguration> bootConfiguration(BootingDevice device) {
    return Optional.empty();
  }

  /**
   * True where the backend knows a device by its name. A deleted device is cleaned up there before
   * another one that was given its name is begun with, so that they never take each other's
   * objects.
   */
  default boolean identifiesByName() {
    return false;
  }

  /**
   * The types of the workers on whose progress with a device this one may have to wait. It is told
   * what they reported, and looks at the device again as soon as one of them has brought it
   * further. One that does not serve the device, or is not enabled, is not told of.
   */
  default Set<String> dependsOn() {
    return Set.of();
  }

  /**
   * False for a worker that so far only declares its fields: its tasks stay pending, and no lane
   * can be run for it.
   */
  default boolean reconciles() {
    return true;
  }

  /** Observes the backend and works out what {@link ReconcilePlan#apply} would do. Reads only. */
  ReconcilePlan plan(ReconcileContext attempt);

  /**
   * Returns details that lead the next attempt to what another attempt may have written whose claim
   * was lost, so that nothing of an older desired state remains; merged into the recorded ones.
   * Needed only for objects that a thorough observation finds by the recorded details alone.
   *
   * @param lost the hardware that the lost attempt worked on, and the details that it would have
   *     recorded
   * @param recorded the details now
   */
  default Map<String, @Nullable Object> detailsAfterLoss(
      ReconcileContext lost, Map<String, Object> recorded) {
    return Map.of();
  }

  /**
   * Why no device at all can be worked on at the moment, if that is so: the backend's circuit is
   * open, or its credentials are not there yet. While it holds, the lane sleeps and its tasks spend
   * no attempt. Asked a few times a second, so it answers from memory.
   */
  default Optional<LanePause> lanePause() {
    return Optional.empty();
  }

  /**
   * Looks, for an operator, whether the worker could do its work: whether its backend answers it,
   * lets it do what it needs to, and knows what the configuration names. Reads only and cheaply;
   * may be called on a worker that was never started. A {@link BackendException} that it lets
   * through is told as what was found.
   */
  default List<Finding> check() {
    return List.of(new Finding.Ok("has no backend to look at"));
  }

  /**
   * What its backend has of the hardware that it serves, for an operator who brings an existing
   * site under management. Reads only, and may read all of the site; may be called on a worker that
   * was never started. Lets a {@link BackendException} through.
   */
  default List<DiscoveredHardware> discover() {
    return List.of();
  }

  /**
   * Lists everything that the backend has, once, so that a change behind Doni's back is noticed for
   * all devices of the lane. Called at most once a minute for the whole site, never while the lane
   * is paused. Reads only. Empty for a worker whose backend notifies it or has no listing, and
   * where the listing is incomplete. Lets a {@link BackendException} through.
   */
  default Optional<SiteListing> listSite() {
    return Optional.empty();
  }

  /**
   * Called once before {@link #start}; a worker whose backend notifies of devices that respond or
   * no longer do reports them to the listener from then on.
   */
  default void reportTo(SignalListener listener) {}

  /**
   * Called once before the lane's first attempt; a worker whose backend can notify starts to listen
   * here.
   */
  default void start(RequeueTrigger nudge) {}

  /** Called once after the lane's last attempt; ends what {@link #start} began. */
  default void stop() {}

  /**
   * A milestone on a device's way to Ready, as one worker sees it.
   *
   * @param missing what is missing, in one line; null when the milestone is reached
   * @param advice what the device's owner does about it; null when the milestone is reached
   */
  record Milestone(Step step, @Nullable String missing, @Nullable String advice) {

    /** The steps of all hardware types, in the order in which a device takes them. */
    public enum Step {
      /** Doni has the device. */
      ENROLLED,
      /** Balena has the device, with a key that the machine can have. */
      REGISTERED,
      /** The machine has contacted Balena. */
      BOOTED,
      /** The tunnel's end at the site is ready for the device. */
      TUNNEL_UP,
      /** The device's Node exists and is ready. */
      NODE_JOINED,
      /** Ironic has verified that it can manage the host. */
      VERIFIED,
      /** Ironic offers the host. */
      AVAILABLE,
      /** Blazar offers the device for reservations. */
      RESERVABLE;

      /** Returns the step as clients see it. */
      public String wireName() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    public static Milestone reached(Step step) {
      return new Milestone(step, null, null);
    }

    public static Milestone missing(Step step, String missing, String advice) {
      return new Milestone(step, missing, advice);
    }

    public boolean isReached() {
      return missing == null;
    }
  }
}
