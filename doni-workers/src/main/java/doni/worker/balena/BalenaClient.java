package doni.worker.balena;

import doni.worker.LanePause;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The fleets of a Balena account, and the devices in them.
 *
 * <p>A device is addressed by its Balena UUID, 32 lower-case hexadecimal digits; everything else by
 * the id that Balena gave it.
 *
 * <p>Every method except {@link #lanePause} may block, and throws a {@link
 * doni.backend.BackendException} when there is no answer, or one that is not documented here. Its
 * text never holds a secret.
 */
interface BalenaClient {

  /** Returns why Balena cannot be called at the moment; from memory. */
  Optional<LanePause> lanePause();

  /** Asks Balena whether it accepts our token, and returns that it does, for an operator. */
  String verifyAccess();

  /**
   * Returns the device as it was a few seconds ago, from one listing for all devices; reads it
   * where the listing does not have it.
   */
  Optional<FleetDevice> recentDevice(String uuid);

  /** Lists the devices of all configured fleets now. */
  FleetListing listDevices();

  /**
   * The devices of some fleets.
   *
   * @param fleets the ids of the fleets
   * @param devices by UUID
   */
  record FleetListing(Set<Long> fleets, Map<String, FleetDevice> devices) {
    public FleetListing {
      fleets = Set.copyOf(fleets);
      devices = Map.copyOf(devices);
    }
  }

  /** Reads the device. Empty when it is missing, and when the account cannot see it. */
  Optional<FleetDevice> device(String uuid);

  /** Returns the id of the device type with that slug or alias; may be minutes old. */
  OptionalLong deviceTypeId(String slug);

  /**
   * Looks a fleet up.
   *
   * @param name {@code organization/name}, or a name alone where only one organization uses it
   */
  FleetLookup fleet(String name);

  /** What was found under a fleet's name. */
  sealed interface FleetLookup {
    record KnownFleet(long id) implements FleetLookup {}

    /** The fleet does not exist, or the account cannot see it. */
    record UnknownFleet() implements FleetLookup {}

    /** Several organizations have a fleet of that name. */
    record AmbiguousFleet() implements FleetLookup {}
  }

  /** Carries out a write. Deleting what does not exist succeeds. */
  BalenaWriteResult write(BalenaWrite write);
}
