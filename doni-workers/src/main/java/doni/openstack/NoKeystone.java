package doni.openstack;

import doni.worker.Hold;
import doni.worker.RemoteException;
import java.util.Optional;

/** Stands for every service where no Keystone is configured: the lane sleeps and says why. */
record NoKeystone(String name) implements OpenStackService, Projects {

  private static final String REASON = "doni.keystone.auth-url is not set";

  @Override
  public Answer send(Request request) {
    throw notSent();
  }

  @Override
  public String projectId() {
    throw notSent();
  }

  @Override
  public boolean isAdmin() {
    throw notSent();
  }

  @Override
  public Optional<Hold> hold() {
    return Optional.of(new Hold(REASON, null));
  }

  @Override
  public Found find(String idOrName) {
    throw notSent();
  }

  private RemoteException notSent() {
    return RemoteException.notSent(name, REASON, null);
  }
}
