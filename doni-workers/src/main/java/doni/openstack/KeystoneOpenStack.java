package doni.openstack;

import doni.backend.BackendException;
import doni.backend.BackendGuard;
import doni.openstack.ServiceUserToken.ServiceCatalog.EndpointQuery;
import doni.worker.LanePause;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** OpenStack behind one Keystone: all services use the process's one session. */
final class KeystoneOpenStack implements OpenStack {

  private final KeystoneProperties keystone;
  private final KeystoneSession session;
  private final MeterRegistry meters;
  private final Tracer tracer;
  private final Clock clock;

  KeystoneOpenStack(
      KeystoneProperties keystone,
      KeystoneSession session,
      MeterRegistry meters,
      Tracer tracer,
      Clock clock) {
    this.keystone = keystone;
    this.session = session;
    this.meters = meters;
    this.tracer = tracer;
    this.clock = clock;
  }

  @Override
  public OpenStackService service(ServiceProperties settings) {
    return new CatalogService(settings);
  }

  @Override
  public ProjectLookup projects() {
    return new KeystoneProjects(session, clock);
  }

  @Override
  public boolean passwordLogin() {
    return keystone.passwordLogin();
  }

  /** A service at its endpoint in the catalog, or at the configured one. */
  private final class CatalogService implements OpenStackService {

    private static final Duration CIRCUIT_OPEN_FOR = Duration.ofSeconds(10);

    /** A catalog that lacks the service is read again if it is older. */
    private static final Duration MAX_CATALOG_AGE = Duration.ofMinutes(1);

    private static final Pattern VERSION = Pattern.compile("/v\\d[\\d.]*");

    private final ServiceProperties settings;
    private final EndpointQuery query;
    private final ServiceExchange exchange;
    private final BackendGuard guard;

    CatalogService(ServiceProperties settings) {
      this.settings = settings;
      this.query =
          new EndpointQuery(
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
      this.guard =
          new BackendGuard(
              settings.name(), settings.concurrency(), CIRCUIT_OPEN_FOR, meters, tracer, clock);
    }

    @Override
    public ServiceResponse send(ServiceRequest request) {
      ServiceUserToken token = session.token();
      ServiceResponse answer = send(request, token);
      if (answer.status() == 401) {
        answer = send(request, session.tokenAfter(token));
        if (answer.status() == 401) {
          throw answer.refused();
        }
      }
      return answer;
    }

    @Override
    public String projectId() {
      return session.token().projectId();
    }

    @Override
    public boolean isAdmin() {
      return session.token().roles().stream()
          .anyMatch(role -> role.toLowerCase(Locale.ROOT).equals("admin"));
    }

    @Override
    public Optional<LanePause> lanePause() {
      return guard.lanePause().or(session::lanePause);
    }

    private ServiceResponse send(ServiceRequest request, ServiceUserToken token) {
      String root = withoutVersionOf(request.path(), root(token));
      return guard.call(
          request.method(),
          () -> exchange.send(root, request, Optional.of(token.token())).answer());
    }

    private String root(ServiceUserToken token) {
      URI override = settings.endpointOverride();
      String url = override == null ? fromCatalog(token) : override.toString();
      return url.replaceAll("/+$", "");
    }

    /** Catalogs hold some services' URLs with the version at one site and without at another. */
    private static String withoutVersionOf(String path, String root) {
      int end = path.indexOf('/', 1);
      String version = end < 0 ? "" : path.substring(0, end);
      return VERSION.matcher(version).matches() && root.endsWith(version)
          ? root.substring(0, root.length() - version.length())
          : root;
    }

    private String fromCatalog(ServiceUserToken token) {
      return token
          .catalog()
          .url(query)
          .or(() -> session.tokenSince(clock.instant().minus(MAX_CATALOG_AGE)).catalog().url(query))
          .orElseThrow(() ->
              BackendException.notSent(
                  settings.name(),
                  token
                      .catalog()
                      .complaint(query, "doni.workers." + settings.name() + ".endpoint-override"),
                  MAX_CATALOG_AGE));
    }
  }

  /** OpenStack without a Keystone: every service's lane pauses, with the reason. */
  record NotConfigured() implements OpenStack {

    @Override
    public OpenStackService service(ServiceProperties settings) {
      return new NoService(settings.name());
    }

    @Override
    public ProjectLookup projects() {
      return new NoService(KeystoneSession.SERVICE);
    }

    @Override
    public boolean passwordLogin() {
      return true;
    }
  }

  private record NoService(String name) implements OpenStackService, ProjectLookup {

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
    public Optional<LanePause> lanePause() {
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
}
