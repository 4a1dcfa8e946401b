package doni.worker.balena;

import doni.enrollment.Secret;
import doni.worker.Change;
import java.util.List;
import java.util.Optional;

/** One write to Balena. Its changes hold no secrets. */
sealed interface BalenaWrite {

  List<Change> changes();

  /** Registers a device; Balena invents its name and issues an API key. */
  record RegisterDevice(String uuid, long fleetId, String deviceType) implements BalenaWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.create("device " + uuid));
    }
  }

  /**
   * Renames a device, or sets its device type, or both.
   *
   * @param name empty leaves it
   * @param typeId empty leaves the type
   */
  record UpdateDevice(
      String uuid, Optional<String> name, Optional<Long> typeId, List<Change> changes)
      implements BalenaWrite {

    public UpdateDevice {
      changes = List.copyOf(changes);
    }
  }

  /** Issues one more API key for a device. Earlier ones stay valid. */
  record CreateDeviceKey(long deviceId) implements BalenaWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.create("device key"));
    }
  }

  record CreateVariable(VariableOwner owner, String name, Secret value) implements BalenaWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.create(owner.label(name)));
    }
  }

  /**
   * @param id of the variable
   */
  record UpdateVariable(VariableOwner owner, long id, String name, Secret value)
      implements BalenaWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.update(owner.label(name), null, null));
    }
  }

  /** Deletes a device with its variables and keys. */
  record DeleteDevice(String uuid) implements BalenaWrite {
    @Override
    public List<Change> changes() {
      return List.of(Change.delete("device " + uuid));
    }
  }

  /** What an environment variable belongs to. */
  sealed interface VariableOwner {

    long id();

    /** Returns how an event names a variable. */
    String label(String variable);

    /** A device: all of its services see the variable. */
    record DeviceOwner(long id) implements VariableOwner {
      @Override
      public String label(String variable) {
        return "device variable " + variable;
      }
    }

    /**
     * One service on a device.
     *
     * @param id of the service install
     */
    record ServiceOwner(long id, String service) implements VariableOwner {
      @Override
      public String label(String variable) {
        return "variable of service " + service + " " + variable;
      }
    }
  }
}
