package doni.openstack;

import doni.remote.Remote;
import doni.worker.Hold;
import doni.worker.RemoteException;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A service found in the catalog, or where the configuration says it is. */
final class CatalogService implements OpenStackService {

  private static final Duration CIRCUIT_OPEN_FOR = Duration.ofSeconds(10);

  /** A catalog that lacks the service is asked for again when it is older. */
  private static final Duration CATALOG_LASTS = Duration.ofMinutes(1);

  private static final Pattern VERSION = Pattern.compile("/v\\d[\\d.]*");

  private final ServiceSettings settings;
  private final Catalog.Wanted wanted;
  private final Identity identity;
  private final Exchange exchange;
  private final Remote remote;
  private final Clock clock;

  CatalogService(
      ServiceSettings settings,
      KeystoneProperties keystone,
      Identity identity,
      MeterRegistry meters,
      Clock clock) {
    this.settings = settings;
    this.identity = identity;
    this.clock = clock;
    this.wanted =
        new Catalog.Wanted(
            settings.type(),
            settings.interfaceName() == null
                ? keystone.endpointInterface()
                : settings.interfaceName(),
            settings.region() == null ? keystone.region() : settings.region());
    this.exchange =
        new Exchange(
            settings.name(),
            new HttpCalls(settings.name(), settings.connectTimeout(), settings.readTimeout()),
            clock);
    this.remote =
        new Remote(settings.name(), settings.concurrency(), CIRCUIT_OPEN_FOR, meters, clock);
  }

  @Override
  public Answer send(Request request) {
    Session session = identity.session();
    Answer answer = send(request, session);
    if (answer.status() == 401) {
      answer = send(request, identity.after(session));
      if (answer.status() == 401) {
        throw answer.refused();
      }
    }
    return answer;
  }

  @Override
  public String projectId() {
    return identity.session().projectId();
  }

  @Override
  public boolean isAdmin() {
    return identity.session().roles().stream()
        .anyMatch(role -> role.toLowerCase(Locale.ROOT).equals("admin"));
  }

  @Override
  public Optional<Hold> hold() {
    return remote.hold().or(identity::hold);
  }

  private Answer send(Request request, Session session) {
    String root = withoutVersionOf(request.path(), root(session));
    return remote.call(() -> exchange.send(root, request, Optional.of(session.token())).answer());
  }

  private String root(Session session) {
    URI override = settings.endpointOverride();
    String url = override == null ? fromCatalog(session) : override.toString();
    return url.replaceAll("/+$", "");
  }

  /** Of some services, some sites' catalogs hold the URL with the version, and some without. */
  private static String withoutVersionOf(String path, String root) {
    int end = path.indexOf('/', 1);
    String version = end < 0 ? "" : path.substring(0, end);
    return VERSION.matcher(version).matches() && root.endsWith(version)
        ? root.substring(0, root.length() - version.length())
        : root;
  }

  private String fromCatalog(Session session) {
    return session
        .catalog()
        .url(wanted)
        .or(() -> identity.since(clock.instant().minus(CATALOG_LASTS)).catalog().url(wanted))
        .orElseThrow(() ->
            RemoteException.notSent(
                settings.name(),
                session
                    .catalog()
                    .complaint(wanted, "doni.workers." + settings.name() + ".endpoint-override"),
                CATALOG_LASTS));
  }
}
