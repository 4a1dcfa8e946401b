package doni.worker.balena;

import doni.convergence.StateDetails;
import doni.enrollment.Secret;
import doni.worker.SharedNames;
import doni.worker.SiteListing.RecordedDevice;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import doni.worker.balena.BalenaClient.FleetListing;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What earlier attempts recorded: the API key of the device, which Balena shows only once.
 *
 * @param deviceId the device that the key belongs to
 * @param needsBake since when the machine has the key of a device that was deleted in Balena, so
 *     that it cannot connect until its owner writes the new one to it; empty after its first
 *     contact
 */
record BalenaRecordedState(
    Optional<Long> deviceId, Optional<Secret> key, Optional<Instant> needsBake) {

  static final BalenaRecordedState NOTHING =
      new BalenaRecordedState(Optional.empty(), Optional.empty(), Optional.empty());

  static final String FLEET_ID = "fleet_id";
  private static final String LAST_SEEN = "last_seen";

  /** The format that clients parse: seconds, and an offset of digits. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx", Locale.ROOT).withZone(ZoneOffset.UTC);

  static BalenaRecordedState of(StateDetails details) {
    return new BalenaRecordedState(
        details.number(SharedNames.BALENA_DEVICE_ID),
        details.secret(SharedNames.BALENA_DEVICE_KEY),
        details.instant(SharedNames.NEEDS_BAKE));
  }

  /** Returns whether a key of this device replaces that of another one, which was deleted. */
  boolean isReplacedBy(long newDeviceId) {
    return deviceId.filter(former -> former != newDeviceId).isPresent();
  }

  /** Returns how far the device is on its way to Ready. */
  static List<Milestone> milestones(StateDetails details) {
    return List.of(registered(details), booted(details));
  }

  private static Milestone registered(StateDetails details) {
    if (details.instant(SharedNames.NEEDS_BAKE).isPresent()) {
      return Milestone.missing(
          Step.REGISTERED,
          "Balena gave the device a new key, and the machine still has the former one",
          "write the new config.json to the device's boot partition, and restart the device");
    }
    return details.number(SharedNames.BALENA_DEVICE_ID).isPresent()
        ? Milestone.reached(Step.REGISTERED)
        : Milestone.missing(
            Step.REGISTERED, "Balena does not have the device yet", "wait; Doni registers it");
  }

  private static Milestone booted(StateDetails details) {
    return details.text(LAST_SEEN).isPresent()
        ? Milestone.reached(Step.BOOTED)
        : Milestone.missing(
            Step.BOOTED,
            "the machine has never contacted Balena",
            "write the image with this device's config.json to the machine's disk, and connect power and"
                + " network; HTTPS to Balena must be allowed");
  }

  /** Returns this state with a key that was issued now. */
  BalenaRecordedState withKey(long newDeviceId, Secret newKey, Instant now) {
    return new BalenaRecordedState(
        Optional.of(newDeviceId),
        Optional.of(newKey),
        isReplacedBy(newDeviceId) ? needsBake.or(() -> Optional.of(now)) : needsBake);
  }

  /**
   * Returns the key of exactly this device: a key is deleted with its device, and a UUID that is
   * registered again is another device.
   */
  Optional<Secret> keyOf(FleetDevice device) {
    return deviceId.filter(id -> id == device.id()).flatMap(_ -> key);
  }

  /**
   * Returns whether the device is missing in its fleet, is not as it was recorded, or has contacted
   * Balena for the first time. A device that was recorded in a fleet that is not listed may exist
   * there.
   */
  static boolean differs(RecordedDevice device, FleetListing site) {
    StateDetails details = new StateDetails(device.details());
    Optional<Long> id = details.number(SharedNames.BALENA_DEVICE_ID);
    Optional<Long> fleet = details.number(FLEET_ID);
    FleetDevice listed = site.devices().get(BalenaDesiredState.uuid(device.id()));
    if (id.isEmpty() || fleet.isEmpty()) {
      return false;
    }
    return listed == null
        ? site.fleets().contains(fleet.get())
        : listed.id() != id.get()
            || listed.fleetId() != fleet.get()
            || !listed.name().equals(device.name())
            || isFirstContact(listed, details);
  }

  /** A milestone of the device, which is recorded at once and not at the next resync. */
  private static boolean isFirstContact(FleetDevice listed, StateDetails details) {
    return listed.online() && details.text(LAST_SEEN).isEmpty();
  }

  /** Returns the details after an observation of the device. */
  Map<String, @Nullable Object> report(FleetDevice device, Instant now) {
    Optional<Instant> seen =
        device.online() ? Optional.of(now) : Optional.ofNullable(device.lastConnectivityEvent());
    return StateDetails.report()
        .put(SharedNames.BALENA_DEVICE_ID, device.id())
        .put(FLEET_ID, device.fleetId())
        .put(SharedNames.BALENA_DEVICE_KEY, keyOf(device))
        .put(LAST_SEEN, seen.map(TIME::format))
        .put(SharedNames.NEEDS_BAKE, seen.isPresent() ? Optional.empty() : needsBake)
        .build();
  }

  /** Returns the details of a device that was registered and not observed since. */
  Map<String, @Nullable Object> report() {
    return key.isEmpty()
        ? Map.of()
        : StateDetails.report()
            .put(SharedNames.BALENA_DEVICE_ID, deviceId)
            .put(SharedNames.BALENA_DEVICE_KEY, key)
            .put(SharedNames.NEEDS_BAKE, needsBake)
            .build();
  }
}
