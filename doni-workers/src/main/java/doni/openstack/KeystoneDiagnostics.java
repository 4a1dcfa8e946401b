package doni.openstack;

import doni.worker.Finding;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Looks whether the service user is let in. */
public final class KeystoneDiagnostics {

  private KeystoneDiagnostics() {}

  /**
   * Logs in once.
   *
   * @throws doni.backend.BackendException when Keystone does not answer, or refuses us
   */
  public static List<Finding> look(KeystoneProperties keystone, MeterRegistry meters, Clock clock) {
    if (keystone.authUrl() == null) {
      return List.of(
          new Finding.Ok("doni.keystone.static-tokens are in use; no Keystone is asked"));
    }
    ServiceUserToken session = new KeystoneLogin(keystone, meters, Tracer.NOOP, clock).session();
    return List.of(
        new Finding.Ok(
            "%s lets us into project %s with the roles %s; its catalog has %s"
                .formatted(
                    keystone.identityUrl(),
                    session.projectId(),
                    new TreeSet<>(session.roles()),
                    services(session.catalog()))));
  }

  private static String services(ServiceCatalog catalog) {
    String types =
        catalog.endpoints().stream()
            .map(ServiceCatalog.Endpoint::type)
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    return types.isEmpty() ? "no service" : types;
  }
}
