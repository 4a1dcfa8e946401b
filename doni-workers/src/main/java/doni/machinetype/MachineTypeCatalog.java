package doni.machinetype;

import java.util.function.BiConsumer;

/** Where the machine types stand now; they may change while the service runs. */
public interface MachineTypeCatalog {

  /** A snapshot, the same object until something changes. Answers from memory. */
  MachineTypes current();

  /**
   * Has a listener told of every change from now on, after {@link #current} gives the new snapshot:
   * the one before, then the new one. It is called on a thread of the catalog and must not block.
   */
  void onChange(BiConsumer<MachineTypes, MachineTypes> listener);

  /** A catalog that never changes. */
  static MachineTypeCatalog of(MachineTypes types) {
    return new MachineTypeCatalog() {
      @Override
      public MachineTypes current() {
        return types;
      }

      @Override
      public void onChange(BiConsumer<MachineTypes, MachineTypes> listener) {
        // It never changes.
      }
    };
  }
}
