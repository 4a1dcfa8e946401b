package doni.simulator.kubernetes;

import doni.simulator.http.Answer;
import doni.simulator.http.CertificateAuthority;
import doni.simulator.http.SimulatedApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A simulated Kubernetes API server with its token cleaner and node controller.
 *
 * <p>It speaks TLS alone, as a real one: a token never goes over plain HTTP.
 *
 * <p>Two users have tokens: {@code admin}, and {@code doni} with the rights of its roles. Watches
 * over WebSocket and server-side apply are not simulated: clients fall back to plain HTTP, or get
 * 415. A deleted token is worth nothing at once, where a real server remembers it for 10 seconds.
 */
public final class SimulatedKubernetes extends SimulatedApi {

  /** One for all clusters of a process, whose tokens keep them apart. */
  private static final CertificateAuthority AUTHORITY =
      new CertificateAuthority("simulated-kubernetes");

  private final ObjectStore store;
  private final TokenController tokens;
  private final NodeController nodes;
  private final Access access;
  private volatile Duration bookmarkEvery = Duration.ofSeconds(10);

  /**
   * Starts the API.
   *
   * @param port 0 for a free one
   */
  public SimulatedKubernetes(int port, Clock clock) {
    super(port, clock, SimulatedKubernetes::error, AUTHORITY.server("127.0.0.1", "localhost"));
    store = new ObjectStore(clock);
    tokens = new TokenController(store, clock);
    nodes = new NodeController(store, clock);
    access = new Access(tokens::user);
    for (Kind kind : Kind.values()) {
      new ObjectApi(kind, store, access, () -> bookmarkEvery).register(server.router());
    }
    server
        .router()
        .route("GET", "/version", request -> version())
        .route("GET", "/healthz", request -> Answer.empty(200))
        .route("GET", "/readyz", request -> Answer.empty(200))
        .route("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", access::review);
    server.start();
  }

  /** As a server that restarts: ends all watches, too. */
  @Override
  public void stop() {
    store.disturb();
    super.stop();
  }

  @Override
  public void close() {
    stop();
    super.close();
    tokens.close();
  }

  /** The authority that issued the server's certificate. */
  public CertificateAuthority authority() {
    return AUTHORITY;
  }

  /** The bearer token of {@code admin} or {@code doni}. */
  public String token(String user) {
    return access.token(user);
  }

  /** Gives a user another token; the old one is answered with 401 from now on. */
  public void rotateToken(String user) {
    access.rotate(user);
  }

  /** A kubeconfig of {@code admin} or {@code doni}. */
  public String kubeconfig(String user) {
    return """
    apiVersion: v1
    kind: Config
    clusters:
    - name: site
      cluster:
        server: %s
        certificate-authority-data: %s
    users:
    - name: %s
      user:
        token: %s
    contexts:
    - name: site
      context:
        cluster: site
        user: %3$s
    current-context: site
    """
        .formatted(uri(), authorityData(), user, token(user));
  }

  private static String authorityData() {
    return Base64.getEncoder()
        .encodeToString(AUTHORITY.certificate().getBytes(StandardCharsets.US_ASCII));
  }

  /** Writes a kubeconfig, whole at once, also over an older one. */
  public Path writeKubeconfig(Path file, String user) {
    try {
      Path half = Files.createTempFile(file.toAbsolutePath().getParent(), "kubeconfig", ".new");
      Files.writeString(half, kubeconfig(user));
      return Files.move(
          half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives {@code doni} a right on {@code nodes} or {@code secrets}, for example to delete. */
  public void grant(String verb, String resource) {
    access.grant(verb, kind(resource));
  }

  /** Takes a right on {@code nodes} or {@code secrets} from {@code doni}. */
  public void revoke(String verb, String resource) {
    access.revoke(verb, kind(resource));
  }

  /** Whether a bootstrap token is good for joining. */
  public boolean accepts(String bootstrapToken) {
    return tokens.user(bootstrapToken).isPresent();
  }

  public List<NodeState> nodes() {
    return store.list(Kind.NODE, node -> true).objects().stream().map(NodeState::of).toList();
  }

  public Optional<NodeState> node(String name) {
    return store.find(Kind.NODE, ObjectKey.node(name)).map(NodeState::of);
  }

  /** The secrets of kube-system. */
  public List<SecretState> secrets() {
    return store
        .list(Kind.SECRET, secret -> Objects.namespace(secret).equals("kube-system"))
        .objects()
        .stream()
        .map(SecretState::of)
        .toList();
  }

  /** A secret of kube-system. */
  public Optional<SecretState> secret(String name) {
    return store.find(Kind.SECRET, ObjectKey.kubeSystem(name)).map(SecretState::of);
  }

  /** The name that the node of a device has. */
  public static String nodeName(String deviceName) {
    return deviceName.toLowerCase(Locale.ROOT);
  }

  /**
   * A device joins: its node, named like it in lower case, appears with the taint of a node that is
   * not ready, and then becomes ready. Does nothing when the node is there already.
   */
  public void addNode(String deviceName) {
    String name = nodeName(deviceName);
    if (node(name).isEmpty()) {
      nodes.register(name);
      nodes.ready(name, "True");
    }
  }

  /** Deletes a node; joined again it has another uid and none of its labels and taints. */
  public void removeNode(String name) {
    store.delete(Kind.NODE, ObjectKey.node(name), node -> {});
  }

  /** Sets the condition Ready to {@code True}, {@code False} or {@code Unknown}. */
  public void setReady(String name, String status) {
    nodes.ready(name, status);
  }

  /** Sends a heartbeat: a change of the node that matters to no client. */
  public void heartbeat(String name) {
    nodes.heartbeat(name);
  }

  /** Sets labels as another client. */
  public void setLabels(String name, Map<String, String> labels) {
    nodes.labels(name, labels);
  }

  /** Removes a label as another client. */
  public void removeLabel(String name, String key) {
    nodes.removeLabel(name, key);
  }

  /** Sets a taint as another client; one with the same key is replaced. */
  public void setTaint(String name, NodeState.Taint taint) {
    nodes.taint(name, taint);
  }

  /** Removes a taint as another client. */
  public void removeTaint(String name, String key) {
    nodes.removeTaint(name, key);
  }

  /** Deletes a secret of kube-system behind everybody's back. */
  public void removeSecret(String name) {
    store.delete(Kind.SECRET, ObjectKey.kubeSystem(name), secret -> {});
  }

  /** Ends every watch as after its time-out. */
  public void endWatches() {
    store.disturb();
  }

  /** Makes every version that was handed out too old: watches get 410 and must list again. */
  public void forgetHistory() {
    store.forgetHistory();
  }

  /**
   * How often watches that asked for bookmarks get one when nothing else happens; 10 s at first.
   */
  public void bookmarkEvery(Duration pause) {
    bookmarkEvery = pause;
  }

  private Answer version() {
    return Answer.json(
        200,
        JsonNodeFactory.instance
            .objectNode()
            .put("major", "1")
            .put("minor", "23")
            .put("gitVersion", "v1.23.17+simulated")
            .put("platform", "linux/arm64"));
  }

  private static Kind kind(String resource) {
    return switch (resource) {
      case "nodes" -> Kind.NODE;
      case "secrets" -> Kind.SECRET;
      default -> throw new IllegalArgumentException("nodes or secrets, not " + resource);
    };
  }

  private static Answer error(int status, String text) {
    String reason =
        switch (status) {
          case 400 -> "BadRequest";
          case 404 -> "NotFound";
          case 405 -> "MethodNotAllowed";
          default -> "InternalError";
        };
    return Answer.json(status, StatusError.failure(status, reason, text));
  }
}
