package doni.openstack;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;

/** OpenStack behind one Keystone, with one login for all services. */
final class KeystoneOpenStack implements OpenStack {

  private final KeystoneProperties keystone;
  private final MeterRegistry meters;
  private final Tracer tracer;
  private final Clock clock;
  private final KeystoneLogin identity;

  /** Without spans. */
  KeystoneOpenStack(KeystoneProperties keystone, MeterRegistry meters, Clock clock) {
    this(keystone, meters, Tracer.NOOP, clock);
  }

  KeystoneOpenStack(KeystoneProperties keystone, MeterRegistry meters, Tracer tracer, Clock clock) {
    this.keystone = keystone;
    this.meters = meters;
    this.tracer = tracer;
    this.clock = clock;
    this.identity = new KeystoneLogin(keystone, meters, tracer, clock);
  }

  @Override
  public OpenStackService service(ServiceProperties settings) {
    return keystone.authUrl() == null
        ? new NoKeystone(settings.name())
        : new CatalogService(settings, keystone, identity, meters, tracer, clock);
  }

  @Override
  public ProjectLookup projects() {
    return keystone.authUrl() == null
        ? new NoKeystone(KeystoneLogin.SERVICE)
        : new KeystoneProjects(identity, clock);
  }

  @Override
  public boolean passwordLogin() {
    return keystone.authUrl() == null || keystone.passwordLogin();
  }
}
