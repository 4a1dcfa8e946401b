package doni.machinetype;

import org.springframework.context.SmartLifecycle;

/** Has the directory watched while the service runs. */
final class MachineTypesWatch implements SmartLifecycle {

  private final MachineTypeCatalog catalog;
  private volatile boolean running;

  MachineTypesWatch(MachineTypeCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public void start() {
    if (catalog instanceof WatchedMachineTypes watched) {
      watched.start();
    }
    running = true;
  }

  @Override
  public void stop() {
    if (catalog instanceof WatchedMachineTypes watched) {
      watched.stop();
    }
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public boolean isPauseable() {
    return false;
  }
}
