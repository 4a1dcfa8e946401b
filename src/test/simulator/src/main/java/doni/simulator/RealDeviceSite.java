package doni.simulator;

import doni.simulator.keystone.ApplicationCredential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The service beside a site for a device that is real: its cluster is a real one, and its hubs are
 * not ready until an agent says so; the other services are simulated.
 *
 * <p>Writes {@code site.json} with the addresses and the credentials of the site once the service
 * is ready. Runs until it gets a signal.
 */
public final class RealDeviceSite {

  private static final Duration START = Duration.ofMinutes(5);

  private RealDeviceSite() {}

  /**
   * Starts it.
   *
   * @param args the jar of the service; a folder for its files and for {@code site.json}; kubectl;
   *     the kubeconfig of the cluster's administrator; the service's kubeconfig
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 5) {
      System.err.println("Usage: JAR DIRECTORY KUBECTL ADMIN_KUBECONFIG SERVICE_KUBECONFIG");
      System.exit(2);
    }
    Path directory = Path.of(args[1]);
    Cleanup cleanup = new Cleanup();
    cleanup.onExit();
    SimulatedSite site =
        cleanup.open(
            SimulatedSite.builder()
                    .nodes(new ClusterNodes(List.of(args[2], "--kubeconfig", args[3])))
                ::start);
    site.tunelo().newHubsAreReady(false);
    site.keystone().tokenLifetime(Duration.ofDays(1));
    TunnelAgentApi agent = cleanup.open(() -> new TunnelAgentApi(site.tunelo()));
    DoniProcess service =
        cleanup.open(
            DoniProcess.of(Path.of(args[0]), directory)
                    .environment(site.environmentOfAllWorkers(directory))
                    .environment("DONI_WORKERS_K8S_KUBECONFIG_FILE", args[4])
                    .environment("DONI_WORKERS_K8S_WORKER_TAINT_ENABLED", "true")
                    // So that who waits for a device that comes back does not wait for 30 s.
                    .environment("DONI_AVAILABILITY_STABLE_FOR", "10s")
                ::start);
    site.announce(service.uri());
    site.balena()
        .fleetVariables(
            Map.of(
                "OS_AUTH_URL", site.keystone().authUrl().toString(),
                "DONI_URL", service.uri().toString()));
    service.awaitReady(START);
    write(directory.resolve("site.json"), description(site, agent, service));
    service.awaitEnd(Duration.ofDays(1));
  }

  private static ObjectNode description(
      SimulatedSite site, TunnelAgentApi agent, DoniProcess service) {
    ApplicationCredential credential =
        site.keystone().addApplicationCredential("alice", "real-device");
    return JsonNodeFactory.instance
        .objectNode()
        .put("doni", service.uri().toString())
        .put("log", service.log().toString())
        .put("keystone", site.keystone().authUrl().toString())
        .put("tunelo", site.tunelo().uri().toString())
        .put("agent", agent.uri().toString())
        .put("owner_token", site.keystone().token("alice"))
        .put("agent_token", site.keystone().token("admin"))
        .put("credential_id", credential.id())
        .put("credential_secret", credential.secret());
  }

  /** Who waits for the file finds it complete. */
  private static void write(Path file, ObjectNode content) throws IOException {
    Path written = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(written, JsonMapper.shared().writeValueAsString(content));
    Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
