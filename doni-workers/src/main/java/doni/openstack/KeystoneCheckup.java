package doni.openstack;

import doni.worker.Checkup;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Looks whether the service user is let in. */
public final class KeystoneCheckup {

  private KeystoneCheckup() {}

  /**
   * Logs in once.
   *
   * @throws doni.worker.RemoteException when Keystone does not answer, or refuses us
   */
  public static List<Checkup> look(KeystoneProperties keystone, MeterRegistry meters, Clock clock) {
    if (keystone.authUrl() == null) {
      return List.of(
          new Checkup.Right("doni.keystone.static-tokens are in use; no Keystone is asked"));
    }
    Session session = new Identity(keystone, meters, clock).session();
    return List.of(
        new Checkup.Right(
            "%s lets us into project %s with the roles %s; its catalog has %s"
                .formatted(
                    keystone.identityUrl(),
                    session.projectId(),
                    new TreeSet<>(session.roles()),
                    services(session.catalog()))));
  }

  private static String services(Catalog catalog) {
    String types =
        catalog.endpoints().stream()
            .map(Catalog.Endpoint::type)
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    return types.isEmpty() ? "no service" : types;
  }
}
