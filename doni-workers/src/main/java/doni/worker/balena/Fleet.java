package doni.worker.balena;

import doni.enrollment.Secret;
import doni.worker.LanePause;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The fleets of a Balena account, and the devices in them.
 *
 * <p>A device is addressed by its Balena uuid, 32 lower-case hexadecimal digits; everything else by
 * the number that Balena gave it.
 *
 * <p>Every method but {@link #hold} may wait for an answer, and throws a {@link
 * doni.backend.BackendException} when there is none or when it is one that a worker can do nothing
 * with. Its text never holds a secret.
 */
interface Fleet {

  /** Why nothing can be asked of it at the moment; answers from memory. */
  Optional<LanePause> hold();

  /**
   * Asks whether we are let in.
   *
   * @return what it is that let us in, for an operator
   */
  String greet();

  /** A device as it was a few seconds ago; costs no call of its own while others are looked at. */
  Optional<FleetDevice> glance(String uuid);

  /** A device as it is now. Empty when it is missing, and when the account may not see it. */
  Optional<FleetDevice> device(String uuid);

  /** The number of a device type, by its slug or an alias of it; empty when there is none. */
  OptionalLong deviceType(String slug);

  /**
   * @param name {@code organisation/name}, or a name alone where only one organisation uses it
   */
  Lookup find(String name);

  /** What a fleet's name leads to. */
  sealed interface Lookup {
    record Found(long id) implements Lookup {}

    record Unknown() implements Lookup {}

    /** Several organisations have a fleet of that name. */
    record Ambiguous() implements Lookup {}
  }

  /** Makes a device; it gets a name that Balena invents. */
  Registration register(String uuid, long fleet, String deviceType);

  /** How a registration ends. */
  sealed interface Registration {
    /**
     * @param device the number it got
     * @param key its own API key, which cannot be read again
     */
    record Registered(long device, Secret key) implements Registration {}

    /** A device of that uuid exists, maybe one that the account may not see. */
    record Taken() implements Registration {}

    /** The fleet was deleted meanwhile. */
    record FleetGone() implements Registration {}
  }

  /** Renames a device and sets its type. Says nothing of a device that is missing. */
  void change(String uuid, DeviceChange change);

  /** Whether the variable was made; not, when its owner has one of that name already. */
  boolean create(VariableOwner owner, String name, Secret value);

  /** Changes a variable. Says nothing of one that is missing. */
  void update(VariableOwner owner, long variable, Secret value);

  /** Makes one more API key for a device. Earlier ones stay valid. */
  Secret newKey(long device);

  /** Deletes a device with all that hangs on it; does nothing when it is missing. */
  void delete(String uuid);
}
