package doni.worker.k8s;

import doni.backend.BackendException;
import doni.backend.BackendGuard;
import doni.convergence.FailureClassifier;
import doni.worker.LanePause;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A real cluster, reached through a kubeconfig. */
final class KubeCluster implements Cluster {

  private static final String NODES = "api/v1/nodes/";
  private static final String SECRETS = "api/v1/namespaces/kube-system/secrets";

  private static final String REVIEWS = "apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

  /** Names us in the list of those who own the fields of an object. */
  private static final String MANAGER = "?fieldManager=doni";

  private final KubeConnections connections;
  private final BackendGuard remote;
  private final Clock clock;
  private final AtomicReference<@Nullable LanePause> refusal = new AtomicReference<>();

  KubeCluster(KubeConnections connections, BackendGuard remote, Clock clock) {
    this.connections = connections;
    this.remote = remote;
    this.clock = clock;
    connections.onNewConnection(() -> {
      // What was learned of the former credentials and server says nothing about these.
      refusal.set(null);
      remote.reset();
    });
  }

  @Override
  public void start(Listener listener) {
    connections.start(listener);
  }

  @Override
  public void stop() {
    connections.stop();
  }

  @Override
  public Optional<LanePause> hold() {
    LanePause refused = refusal.get();
    if (refused != null && refused.until() != null && refused.until().isAfter(clock.instant())) {
      return Optional.of(refused);
    }
    return connections.hold().or(remote::hold);
  }

  @Override
  public Access access(List<Right> rights) {
    List<Right> missing = rights.stream().filter(right -> !allows(right)).toList();
    return new Access(call("GET", ApiServer::address), missing);
  }

  /** Every user may ask that of himself. */
  private boolean allows(Right right) {
    SelfSubjectAccessReview question =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withVerb(right.verb())
            .withResource(right.resource())
            .withNamespace(right.namespace().isEmpty() ? null : right.namespace())
            .endResourceAttributes()
            .endSpec()
            .build();
    SelfSubjectAccessReview answer =
        call("POST", server -> server.ask(REVIEWS, question, SelfSubjectAccessReview.class));
    return answer.getStatus() != null && Boolean.TRUE.equals(answer.getStatus().getAllowed());
  }

  @Override
  public Optional<ClusterNode> glance(String name) {
    return connections
        .current()
        .filter(KubeConnection::isWatching)
        .map(connection -> connection.watched(name))
        .orElseGet(() -> node(name));
  }

  @Override
  public Optional<ClusterNode> node(String name) {
    return call("GET", server -> server.get(NODES + name, Node.class)).map(Nodes::read);
  }

  @Override
  public Written patch(String name, NodePatch patch) {
    return call("PATCH", server -> server.mergePatch(NODES + name + MANAGER, Nodes.patch(patch)));
  }

  @Override
  public Written deleteNode(String name, String uid) {
    Map<String, Object> options =
        Map.of("apiVersion", "v1", "kind", "DeleteOptions", "preconditions", Map.of("uid", uid));
    try {
      return attempt("DELETE", server -> server.delete(NODES + name, options));
    } catch (BackendException e) {
      if (e.status() == 403) {
        return Written.FORBIDDEN;
      }
      throw held(e);
    }
  }

  @Override
  public Optional<TokenSecret> tokenSecret(String id) {
    return call("GET", server -> server.get(path(id), Secret.class))
        .map(object -> TokenSecrets.read(id, object));
  }

  @Override
  public Written create(TokenWish wish) {
    return masked(
        "POST", wish, server -> server.post(SECRETS + MANAGER, TokenSecrets.object(wish)));
  }

  @Override
  public Written update(TokenWish wish) {
    return masked(
        "PATCH",
        wish,
        server -> server.mergePatch(path(wish.token().id()) + MANAGER, TokenSecrets.patch(wish)));
  }

  @Override
  public Written deleteTokenSecret(String id) {
    return call("DELETE", server -> server.delete(path(id), null));
  }

  private static String path(String id) {
    return SECRETS + '/' + TokenSecrets.name(id);
  }

  /** A call whose request holds a token, which a refusal might quote. */
  private Written masked(String method, TokenWish wish, Function<ApiServer, Written> call) {
    return call(
        method,
        server -> {
          try {
            return call.apply(server);
          } catch (BackendException e) {
            if (e.kind() != BackendException.Kind.STATUS) {
              throw e;
            }
            throw BackendException.answered(
                e.service(),
                e.status(),
                wish.token().secret().maskedIn(e.text()),
                e.write(),
                e.retryAfter().orElse(null));
          }
        });
  }

  private <T> T call(String method, Function<ApiServer, T> call) {
    try {
      return attempt(method, call);
    } catch (BackendException e) {
      throw held(e);
    }
  }

  /** One call, and one more with the kubeconfig read anew when the credentials were refused. */
  private <T> T attempt(String method, Function<ApiServer, T> call) {
    KubeConnection connection = connections.connected();
    try {
      return through(method, connection, call);
    } catch (BackendException e) {
      if (e.status() != 401) {
        throw e;
      }
      return through(method, connections.renewed(connection), call);
    }
  }

  private <T> T through(String method, KubeConnection connection, Function<ApiServer, T> call) {
    Optional<T> answer = remote.call(method, () -> connection.call(call));
    // Closed in between, because the kubeconfig has changed.
    return answer.isPresent() ? answer.get() : through(method, connections.connected(), call);
  }

  private BackendException held(BackendException e) {
    if (e.isRefusedCredential()) {
      refusal.set(
          new LanePause(
              String.valueOf(e.getMessage()),
              clock.instant().plus(FailureClassifier.CREDENTIAL_CHECK)));
    }
    return e;
  }
}
