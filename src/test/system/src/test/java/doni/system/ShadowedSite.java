package doni.system;

import doni.simulator.BuiltService;
import doni.simulator.DoniProcess;
import doni.simulator.SimulatedSite;
import doni.simulator.http.Call;
import doni.simulator.http.Calls;
import doni.simulator.keystone.User;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One simulated site with two services: one works, as the original does before a take-over, and the
 * other one stands beside it. Each has a database and accounts of its own, so that the backends
 * know who wrote.
 */
final class ShadowedSite implements AutoCloseable {

  static final List<String> LANES =
      List.of("k8s", "tunelo", "balena", "blazar.device", "blazar.physical_host", "ironic");

  private static final String KEYSTONE_USER = "doni-shadow";

  private final TestSite site;
  private final Database database;
  private final User account;
  private final String balenaToken;
  private final Path home;
  private @Nullable DoniProcess beside;

  ShadowedSite(SitePostgres postgres) {
    site = new TestSite("shadow", postgres);
    home = site.home("beside");
    database = postgres.create();
    account = site.keystone().addUser(KEYSTONE_USER, "service", "admin");
    balenaToken = backends().balena().newToken();
    backends().kubernetes().grant("delete", "nodes");
    backends().tunelo().widenSubnet();
  }

  /** With the service that works, as soon as it is started. */
  TestSite site() {
    return site;
  }

  SimulatedSite backends() {
    return site.backends();
  }

  /** The database of the service beside. */
  Database database() {
    return database;
  }

  /** Starts the service beside with this drift mode in every lane, instead of the former one. */
  DoniProcess startBeside(String drift) {
    stopBeside();
    Map<String, String> environment = new TreeMap<>(backends().environmentOfAllWorkers(home));
    environment.put("DONI_KEYSTONE_USERNAME", account.name());
    environment.put("DONI_KEYSTONE_PASSWORD", account.password());
    environment.put("DONI_WORKERS_BALENA_API_TOKEN", balenaToken);
    environment.put(
        "DONI_WORKERS_K8S_KUBECONFIG_FILE",
        backends()
            .kubernetes()
            .writeKubeconfig(home.resolve("kubeconfig"), KEYSTONE_USER)
            .toString());
    String[] arguments =
        Stream.concat(
                Stream.of("serve", "--doni.sync.resync-interval=5s"),
                LANES.stream().map(lane -> "--doni.sync.lanes." + lane + ".drift=" + drift))
            .toArray(String[]::new);
    DoniProcess started =
        DoniProcess.of(BuiltService.jar(), home)
            .arguments(arguments)
            .database(database.url(), SitePostgres.USER, "")
            .environment(environment)
            .start();
    beside = started;
    return started.awaitReady(TestSite.START);
  }

  void stopBeside() {
    if (beside != null) {
      int _ = beside.stop(Duration.ofSeconds(30));
      beside = null;
    }
  }

  /** The calls to one backend that came with an account of the service beside. */
  List<Call> callsOfBeside(String backend) {
    Calls calls = Objects.requireNonNull(site.calls().get(backend), backend);
    return calls.all().stream().filter(this::isOfBeside).toList();
  }

  private boolean isOfBeside(Call call) {
    return call.credential().equals(balenaToken)
        || call.credential().equals(backends().kubernetes().token(KEYSTONE_USER))
        || backends()
            .keystone()
            .holder(call.credential())
            .filter(user -> user.name().equals(KEYSTONE_USER))
            .isPresent();
  }

  @Override
  public void close() {
    if (beside != null) {
      beside.close();
    }
    site.close();
  }
}
