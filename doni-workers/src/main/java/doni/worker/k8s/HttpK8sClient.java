package doni.worker.k8s;

import doni.backend.BackendException;
import doni.backend.BackendGuard;
import doni.convergence.FailureClassifier;
import doni.worker.LanePause;
import doni.worker.k8s.K8sDesiredState.DesiredToken;
import doni.worker.k8s.K8sObservedState.TokenSecret;
import doni.worker.k8s.K8sWrite.CreateSecret;
import doni.worker.k8s.K8sWrite.DeleteNode;
import doni.worker.k8s.K8sWrite.DeleteSecret;
import doni.worker.k8s.K8sWrite.PatchNode;
import doni.worker.k8s.K8sWrite.UpdateSecret;
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

/** A cluster that is reached through a kubeconfig. */
final class HttpK8sClient implements K8sClient {

  private static final String NODES = "api/v1/nodes/";
  private static final String SECRETS = "api/v1/namespaces/kube-system/secrets";

  private static final String REVIEWS = "apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

  /** Names Doni as the owner of the fields that it writes. */
  private static final String MANAGER = "?fieldManager=doni";

  private final KubeConnections connections;
  private final BackendGuard guard;
  private final Clock clock;
  private final AtomicReference<@Nullable LanePause> refusal = new AtomicReference<>();

  HttpK8sClient(KubeConnections connections, BackendGuard guard, Clock clock) {
    this.connections = connections;
    this.guard = guard;
    this.clock = clock;
    connections.onNewConnection(() -> {
      // Failures of the previous credentials and server say nothing about the new ones.
      refusal.set(null);
      guard.reset();
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
  public Optional<LanePause> lanePause() {
    LanePause refused = refusal.get();
    if (refused != null && refused.until() != null && refused.until().isAfter(clock.instant())) {
      return Optional.of(refused);
    }
    return connections.lanePause().or(guard::lanePause);
  }

  @Override
  public GrantedAccess access(List<Permission> permissions) {
    List<Permission> missing =
        permissions.stream().filter(permission -> !allows(permission)).toList();
    return new GrantedAccess(call("GET", ApiServer::address), missing);
  }

  /** Asks whether our own user has the permission, which every user may ask. */
  private boolean allows(Permission permission) {
    SelfSubjectAccessReview question =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withVerb(permission.verb())
            .withResource(permission.resource())
            .withNamespace(permission.namespace().isEmpty() ? null : permission.namespace())
            .endResourceAttributes()
            .endSpec()
            .build();
    SelfSubjectAccessReview answer =
        call("POST", server -> server.ask(REVIEWS, question, SelfSubjectAccessReview.class));
    return answer.getStatus() != null && Boolean.TRUE.equals(answer.getStatus().getAllowed());
  }

  @Override
  public Optional<ClusterNode> watchedNode(String name) {
    return connections
        .current()
        .filter(KubeConnection::isWatching)
        .map(connection -> connection.watched(name))
        .orElseGet(() -> node(name));
  }

  @Override
  public Optional<List<ClusterNode>> watchedNodes() {
    return connections
        .current()
        .filter(KubeConnection::isWatching)
        .map(KubeConnection::watchedNodes);
  }

  @Override
  public Optional<ClusterNode> node(String name) {
    return call("GET", server -> server.get(NODES + name, Node.class)).map(K8sObjects::node);
  }

  @Override
  public Optional<TokenSecret> tokenSecret(String id) {
    return call("GET", server -> server.get(path(id), Secret.class))
        .map(object -> K8sObjects.tokenSecret(id, object));
  }

  @Override
  public K8sWriteResult write(K8sWrite write) {
    return switch (write) {
      case CreateSecret(DesiredToken desired) ->
          masked(
              "POST",
              desired,
              server -> server.post(SECRETS + MANAGER, K8sObjects.secretObject(desired)));
      case UpdateSecret(DesiredToken desired, _) ->
          masked(
              "PATCH",
              desired,
              server ->
                  server.mergePatch(
                      path(desired.token().id()) + MANAGER, K8sObjects.secretPatch(desired)));
      case DeleteSecret(String id) -> call("DELETE", server -> server.delete(path(id), null));
      case PatchNode patch ->
          call(
              "PATCH",
              server ->
                  server.mergePatch(NODES + patch.name() + MANAGER, K8sObjects.nodePatch(patch)));
      case DeleteNode(String name, String uid) -> deleteNode(name, uid);
    };
  }

  private K8sWriteResult deleteNode(String name, String uid) {
    Map<String, Object> options =
        Map.of("apiVersion", "v1", "kind", "DeleteOptions", "preconditions", Map.of("uid", uid));
    try {
      return attempt("DELETE", server -> server.delete(NODES + name, options));
    } catch (BackendException e) {
      if (e.status() == 403) {
        return K8sWriteResult.FORBIDDEN;
      }
      throw pausing(e);
    }
  }

  private static String path(String id) {
    return SECRETS + '/' + K8sObjects.secretName(id);
  }

  /** Makes a call whose request holds a token, which a refusal might quote. */
  private K8sWriteResult masked(
      String method, DesiredToken desired, Function<ApiServer, K8sWriteResult> call) {
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
                desired.token().secret().maskedIn(e.text()),
                e.write(),
                e.retryAfter().orElse(null));
          }
        });
  }

  private <T> T call(String method, Function<ApiServer, T> call) {
    try {
      return attempt(method, call);
    } catch (BackendException e) {
      throw pausing(e);
    }
  }

  /** Makes a call; if the credentials are refused, reloads the kubeconfig and calls once more. */
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
    Optional<T> answer = guard.call(method, () -> connection.call(call));
    // The connection was closed in the meantime: the kubeconfig has changed.
    return answer.isPresent() ? answer.get() : through(method, connections.connected(), call);
  }

  private BackendException pausing(BackendException e) {
    if (e.isRefusedCredential()) {
      refusal.set(
          new LanePause(
              String.valueOf(e.getMessage()),
              clock.instant().plus(FailureClassifier.CREDENTIAL_CHECK)));
    }
    return e;
  }
}
