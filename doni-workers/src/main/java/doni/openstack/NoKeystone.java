package doni.openstack;

import doni.backend.BackendException;
import doni.worker.LanePause;
import java.util.Optional;

/** Stands for every service where no Keystone is configured: the lane sleeps and says why. */
record NoKeystone(String name) implements OpenStackService, ProjectLookup {

  private static final String REASON = "doni.keystone.auth-url is not set";

  @Override
  public ServiceResponse send(ServiceRequest request) {
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
  public Optional<LanePause> hold() {
    return Optional.of(new LanePause(REASON, null));
  }

  @Override
  public Found find(String idOrName) {
    throw notSent();
  }

  private BackendException notSent() {
    return BackendException.notSent(name, REASON, null);
  }
}
