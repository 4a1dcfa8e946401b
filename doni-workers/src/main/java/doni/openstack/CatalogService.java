package doni.openstack;

import doni.backend.BackendException;
import doni.backend.BackendGuard;
import doni.worker.LanePause;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
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

  private final ServiceProperties settings;
  private final ServiceCatalog.Wanted wanted;
  private final KeystoneLogin identity;
  private final ServiceExchange exchange;
  private final BackendGuard remote;
  private final Clock clock;

  CatalogService(
      ServiceProperties settings,
      KeystoneProperties keystone,
      KeystoneLogin identity,
      MeterRegistry meters,
      Tracer tracer,
      Clock clock) {
    this.settings = settings;
    this.identity = identity;
    this.clock = clock;
    this.wanted =
        new ServiceCatalog.Wanted(
            settings.type(),
            settings.interfaceName() == null
                ? keystone.endpointInterface()
                : settings.interfaceName(),
            settings.region() == null ? keystone.region() : settings.region());
    this.exchange =
        new ServiceExchange(
            settings.name(),
            new HttpCalls(settings.name(), settings.connectTimeout(), settings.readTimeout()),
            clock);
    this.remote =
        new BackendGuard(
            settings.name(), settings.concurrency(), CIRCUIT_OPEN_FOR, meters, tracer, clock);
  }

  @Override
  public ServiceResponse send(ServiceRequest request) {
    ServiceUserToken session = identity.session();
    ServiceResponse answer = send(request, session);
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
  public Optional<LanePause> hold() {
    return remote.hold().or(identity::hold);
  }

  private ServiceResponse send(ServiceRequest request, ServiceUserToken session) {
    String root = withoutVersionOf(request.path(), root(session));
    return remote.call(
        request.method(),
        () -> exchange.send(root, request, Optional.of(session.token())).answer());
  }

  private String root(ServiceUserToken session) {
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

  private String fromCatalog(ServiceUserToken session) {
    return session
        .catalog()
        .url(wanted)
        .or(() -> identity.since(clock.instant().minus(CATALOG_LASTS)).catalog().url(wanted))
        .orElseThrow(() ->
            BackendException.notSent(
                settings.name(),
                session
                    .catalog()
                    .complaint(wanted, "doni.workers." + settings.name() + ".endpoint-override"),
                CATALOG_LASTS));
  }
}
