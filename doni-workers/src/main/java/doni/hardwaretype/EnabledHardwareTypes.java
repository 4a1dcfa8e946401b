package doni.hardwaretype;

import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import doni.worker.HardwareType;
import doni.worker.HardwareTypeSource;
import java.util.List;
import java.util.function.Function;

/** The hardware types, which are made again only when the machine types have changed. */
final class EnabledHardwareTypes implements HardwareTypeSource {

  private record Made(MachineTypes of, List<HardwareType> types) {}

  private final MachineTypeCatalog catalog;
  private final Function<MachineTypes, List<HardwareType>> make;
  private volatile Made made;

  EnabledHardwareTypes(
      MachineTypeCatalog catalog, Function<MachineTypes, List<HardwareType>> make) {
    this.catalog = catalog;
    this.make = make;
    MachineTypes first = catalog.current();
    this.made = new Made(first, make.apply(first));
  }

  @Override
  public List<HardwareType> types() {
    Made now = made;
    return now.of().equals(catalog.current()) ? now.types() : remake();
  }

  /** By one thread, so that two never hand out different lists for the same machine types. */
  private synchronized List<HardwareType> remake() {
    MachineTypes current = catalog.current();
    if (!made.of().equals(current)) {
      made = new Made(current, make.apply(current));
    }
    return made.types();
  }
}
