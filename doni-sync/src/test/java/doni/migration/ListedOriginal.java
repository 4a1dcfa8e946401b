package doni.migration;

import doni.migration.OriginalInventory.OriginalHardware;
import java.util.List;

/** An original that a test makes up. */
record ListedOriginal(List<OriginalHardware> devices) implements OriginalInventory {

  @Override
  public Counts counts() {
    return new Counts(
        devices.size(),
        devices.stream().mapToLong(device -> device.tasks().size()).sum(),
        devices.stream().mapToLong(device -> device.windows().size()).sum());
  }

  @Override
  public List<OriginalHardware> after(long id, int limit) {
    return devices.stream().filter(device -> device.id() > id).limit(limit).toList();
  }
}
