package doni.simulator.blazar;

import doni.simulator.http.Answer;
import doni.simulator.http.Refusal;
import doni.simulator.http.Request;
import doni.simulator.http.Router;
import doni.simulator.http.SimulatedApi;
import doni.simulator.keystone.SimulatedKeystone;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A simulated Blazar: devices, hosts and leases, as the Chameleon fork (branch 2023.1) behaves. Its
 * leases begin and end by the clock, at each request.
 *
 * <p>Without an {@code Accept} header it does what it is asked and then fails; a name stays taken
 * for ever; a property that is stored cannot be changed. Not simulated: the usage enforcement but
 * for a longest lease, and the race of two requests that bring in one capability name, for which
 * there is {@link #clashOn}.
 */
public final class SimulatedBlazar extends SimulatedApi {

  private interface Handler {
    Answer handle(Request request, Caller caller);
  }

  private final Store store;
  private final Function<String, Optional<Caller>> tokens;

  /** Whose tokens of a simulated Keystone are. */
  public static Function<String, Optional<Caller>> tokensOf(SimulatedKeystone keystone) {
    return token ->
        keystone
            .holder(token)
            .map(user ->
                new Caller(
                    user.id(),
                    user.project().id(),
                    user.roles().contains("admin"),
                    !keystone.isOfApplicationCredential(token)));
  }

  /**
   * Starts the API.
   *
   * @param port 0 for a free one
   * @param tokens whose a token is, while it is good
   * @param nodes of the cluster, for devices
   */
  public SimulatedBlazar(
      int port, Clock clock, Function<String, Optional<Caller>> tokens, Nodes nodes) {
    super(port, clock, BlazarError::routing);
    this.store = new Store(clock, nodes);
    this.tokens = tokens;
    register(server.router());
    server.start();
  }

  /** What stands in the catalog; ends in {@code /v1}. */
  public URI endpoint() {
    return URI.create(server.uri() + "/v1");
  }

  /** Nova and Ironic know the hypervisor of that name. */
  public void addHypervisor(String name) {
    change(s -> s.hypervisors.add(name));
  }

  /** Whether instances run on the hypervisor. */
  public void occupy(String hypervisor, boolean occupied) {
    change(s -> {
      if (occupied) {
        s.occupied.add(hypervisor);
      } else {
        s.occupied.remove(hypervisor);
      }
    });
  }

  /** An earlier creation of that host died half-way. */
  public void leaveProviderBehind(String hypervisor) {
    change(s -> s.providers.add(hypervisor));
  }

  /** Whether a stored capability of a device can be changed, as in a build that is corrected. */
  public void changeableCapabilities(boolean changeable) {
    change(s -> s.changeableCapabilities = changeable);
  }

  /** Whether the name of a device is unique, as it is not in old builds. */
  public void uniqueNames(boolean unique) {
    change(s -> s.uniqueNames = unique);
  }

  /** Whether the plugin for hosts is on. */
  public void serveHosts(boolean served) {
    change(s -> s.hostsServed = served);
  }

  /** What a usage service would allow. */
  public void longestLease(Duration longest) {
    change(s -> s.longestLease = longest);
  }

  /** The next write that brings in one of these capability names meets another one at it. */
  public void clashOn(String... keys) {
    change(s -> s.clashing.addAll(List.of(keys)));
  }

  /** What the monitor finds of a device or host. */
  public void reservable(String name, boolean reservable) {
    change(s ->
        all(s).stream()
            .filter(row -> row.name.equals(name))
            .forEach(row -> row.reservable = reservable));
  }

  /** Brings a lease into a status that it does not leave again while {@code stuck}. */
  public void leaseStatus(String leaseName, String status, boolean stuck) {
    change(s ->
        s.leases.values().stream()
            .filter(lease -> lease.name.equals(leaseName))
            .forEach(lease -> {
              lease.status = status;
              lease.stuck = stuck;
            }));
  }

  /** How many trusts Keystone has been left with. */
  public int trusts() {
    return read(() -> store.trusts);
  }

  /** The capabilities and columns of each device or host of that name; one map a resource. */
  public List<Map<String, String>> resources(String name) {
    return read(() ->
        all(store).stream()
            .filter(row -> row.name.equals(name))
            .map(row -> {
              Map<String, String> all = new TreeMap<>(row.columns);
              all.putAll(row.capabilities);
              all.put("id", row.id);
              return all;
            })
            .toList());
  }

  /** Takes a capability away behind everybody's back. */
  public void removeCapability(String name, String key) {
    change(s ->
        all(s).stream()
            .filter(row -> row.name.equals(name))
            .forEach(row -> row.capabilities.remove(key)));
  }

  /** Sets a capability behind everybody's back. */
  public void setCapability(String name, String key, String value) {
    change(s ->
        all(s).stream()
            .filter(row -> row.name.equals(name))
            .forEach(row -> row.capabilities.put(key, value)));
  }

  /** Deletes a device or host, and its leases, behind everybody's back; its name stays taken. */
  public void forget(String name) {
    change(s -> {
      s.leases.values().removeIf(lease -> lease.resource.name.equals(name));
      s.devices.values().removeIf(row -> row.name.equals(name));
      s.hosts.values().removeIf(row -> row.name.equals(name) && s.providers.remove(name));
    });
  }

  /** Deletes leases behind everybody's back. */
  public void forgetLeases() {
    change(s -> s.leases.clear());
  }

  /** Status, start and end of each lease of that name, as {@code PENDING 2026-.. 2026-..}. */
  public List<String> leases(String name) {
    return read(() -> {
      store.tick();
      return store.leases.values().stream()
          .filter(lease -> lease.name.equals(name))
          .map(lease -> lease.status + " " + lease.start + " " + lease.end)
          .toList();
    });
  }

  /** How many leases there are. */
  public int leaseCount() {
    return read(() -> store.leases.size());
  }

  private void change(Consumer<Store> change) {
    synchronized (store) {
      change.accept(store);
    }
  }

  private <T> T read(Supplier<T> read) {
    synchronized (store) {
      return read.get();
    }
  }

  private static List<Row> all(Store s) {
    return Stream.concat(s.devices.values().stream(), s.hosts.values().stream()).toList();
  }

  private void register(Router router) {
    register(router, "devices", "devices", new ResourceApi(store, false));
    register(router, "os-hosts", "oshosts", new ResourceApi(store, true));
    LeaseApi leases = new LeaseApi(store);
    open(router, "GET", "/leases", leases::list);
    open(router, "POST", "/leases", leases::create);
    open(router, "GET", "/leases/{id}", leases::get);
    open(router, "PUT", "/leases/{id}", leases::update);
    open(router, "DELETE", "/leases/{id}", leases::delete);
    open(router, "GET", "/leases/{id}/devices", leases::devices);
  }

  private void register(Router router, String path, String policy, ResourceApi api) {
    String all = "/" + path;
    admin(router, "GET", all, policy, api::list);
    admin(router, "POST", all, policy, api::create);
    admin(router, "GET", all + "/allocations", policy, api::allocations);
    admin(router, "GET", all + "/properties", policy, api::properties);
    admin(router, "GET", all + "/{id}", policy, api::get);
    admin(router, "PUT", all + "/{id}", policy, api::update);
    admin(router, "DELETE", all + "/{id}", policy, api::delete);
    admin(
        router,
        "GET",
        all + "/{id}/allocation",
        policy,
        (request, caller) -> {
          throw BlazarError.uncaught();
        });
  }

  private void admin(Router router, String method, String path, String policy, Handler handler) {
    String verb = method.equals("POST") ? "post" : "get";
    open(
        router,
        method,
        path,
        (request, caller) -> {
          if (!caller.admin()) {
            throw BlazarError.of(
                403, "Policy doesn't allow blazar:%s:%s to be performed".formatted(policy, verb));
          }
          return handler.handle(request, caller);
        });
  }

  private void open(Router router, String method, String path, Handler handler) {
    router.route(method, "/v1" + path, request -> answer(request, handler));
  }

  private Answer answer(Request request, Handler handler) {
    Caller caller =
        tokens
            .apply(request.header("x-auth-token").orElse(""))
            .orElseThrow(BlazarError::unauthorized);
    if (request.path().endsWith("/")) {
      return BlazarError.routing(404, "");
    }
    String version = request.header("openstack-api-version").orElse("reservation 1.0");
    if (!version.endsWith(" 1.0")) {
      return BlazarError.routing(
          406, "Version 1.1 is not supported by the API. Minimum is 1.0 and maximum is 1.0.");
    }
    Answer answer = handled(request, caller, handler);
    return request.header("accept").isPresent()
        ? answer
        : new Answer.Full(500, Map.of(), "text/plain", "Traceback (most recent call last): ...");
  }

  private Answer handled(Request request, Caller caller, Handler handler) {
    synchronized (store) {
      store.tick();
      try {
        return handler.handle(request, caller);
      } catch (Refusal refusal) {
        return refusal.answer();
      }
    }
  }
}
