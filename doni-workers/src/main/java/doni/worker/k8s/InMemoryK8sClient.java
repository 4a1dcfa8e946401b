package doni.worker.k8s;

import doni.worker.LanePause;
import doni.worker.k8s.K8sDesiredState.DesiredToken;
import doni.worker.k8s.K8sObservedState.TokenSecret;
import doni.worker.k8s.K8sWrite.CreateSecret;
import doni.worker.k8s.K8sWrite.DeleteNode;
import doni.worker.k8s.K8sWrite.DeleteSecret;
import doni.worker.k8s.K8sWrite.PatchNode;
import doni.worker.k8s.K8sWrite.TaintList;
import doni.worker.k8s.K8sWrite.UpdateSecret;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An in-memory cluster for development. A device joins, and is ready, as soon as its token is
 * valid.
 */
final class InMemoryK8sClient implements K8sClient {

  private final Clock clock;
  private final Map<String, ClusterNode> nodes = new HashMap<>();
  private final Map<String, TokenSecret> secrets = new HashMap<>();
  private long version;
  private @Nullable Listener listener;

  InMemoryK8sClient(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized void start(Listener newListener) {
    listener = newListener;
    nodes.values().forEach(newListener::appeared);
  }

  @Override
  public synchronized void stop() {
    listener = null;
  }

  @Override
  public Optional<LanePause> lanePause() {
    return Optional.empty();
  }

  @Override
  public GrantedAccess access(List<Permission> permissions) {
    return new GrantedAccess("in memory", List.of());
  }

  @Override
  public Optional<ClusterNode> watchedNode(String name) {
    return node(name);
  }

  @Override
  public synchronized Optional<List<ClusterNode>> watchedNodes() {
    return Optional.of(List.copyOf(nodes.values()));
  }

  @Override
  public synchronized Optional<ClusterNode> node(String name) {
    return Optional.ofNullable(nodes.get(name));
  }

  @Override
  public synchronized K8sWriteResult write(K8sWrite write) {
    return switch (write) {
      case CreateSecret(DesiredToken desired) -> create(desired);
      case UpdateSecret(DesiredToken desired, _) -> update(desired);
      case DeleteSecret(String id) -> deleteSecret(id);
      case PatchNode patch -> patch(patch);
      case DeleteNode(String name, String uid) -> deleteNode(name, uid);
    };
  }

  private K8sWriteResult patch(PatchNode patch) {
    ClusterNode before = nodes.get(patch.name());
    if (before == null) {
      return K8sWriteResult.ABSENT;
    }
    TaintList taints = patch.taints();
    if (taints != null && !taints.resourceVersion().equals(before.resourceVersion())) {
      return K8sWriteResult.CONFLICT;
    }
    Map<String, String> labels = new TreeMap<>(before.labels());
    patch
        .labels()
        .forEach((key, value) -> {
          if (value == null) {
            labels.remove(key);
          } else {
            labels.put(key, value);
          }
        });
    ClusterNode after =
        new ClusterNode(
            before.name(),
            before.uid(),
            Long.toString(++version),
            labels,
            taints == null ? before.taints() : taints.all(),
            before.ready(),
            before.lastTransition());
    nodes.put(before.name(), after);
    if (listener != null) {
      listener.changed(before, after);
    }
    return K8sWriteResult.DONE;
  }

  private K8sWriteResult deleteNode(String name, String uid) {
    ClusterNode node = nodes.get(name);
    if (node == null) {
      return K8sWriteResult.ABSENT;
    }
    if (!node.uid().equals(uid)) {
      return K8sWriteResult.CONFLICT;
    }
    nodes.remove(name);
    if (listener != null) {
      listener.disappeared(name);
    }
    return K8sWriteResult.DONE;
  }

  @Override
  public synchronized Optional<TokenSecret> tokenSecret(String id) {
    Instant now = clock.instant();
    // As the token cleaner of a real cluster.
    secrets.values().removeIf(s -> s.expires() != null && !s.expires().isAfter(now));
    return Optional.ofNullable(secrets.get(id));
  }

  private K8sWriteResult create(DesiredToken desired) {
    if (tokenSecret(desired.token().id()).isPresent()) {
      return K8sWriteResult.CONFLICT;
    }
    put(desired);
    return K8sWriteResult.DONE;
  }

  private K8sWriteResult update(DesiredToken desired) {
    if (tokenSecret(desired.token().id()).isEmpty()) {
      return K8sWriteResult.ABSENT;
    }
    put(desired);
    return K8sWriteResult.DONE;
  }

  private K8sWriteResult deleteSecret(String id) {
    return secrets.remove(id) == null ? K8sWriteResult.ABSENT : K8sWriteResult.DONE;
  }

  private void put(DesiredToken desired) {
    String id = desired.token().id();
    secrets.put(
        id,
        new TokenSecret(
            id, true, desired.hardware(), desired.token().secret(), desired.expires(), true));
    join(desired.nodeName());
  }

  /** Registers a Node that is ready; does nothing where one exists. */
  synchronized void join(String name) {
    if (nodes.containsKey(name)) {
      return;
    }
    ClusterNode node =
        new ClusterNode(
            name,
            UUID.randomUUID().toString(),
            Long.toString(++version),
            Map.of("kubernetes.io/hostname", name),
            List.of(),
            true,
            clock.instant());
    nodes.put(name, node);
    if (listener != null) {
      listener.appeared(node);
    }
  }

  /** Stops the kubelet of a Node, for tests; does nothing where there is none. */
  synchronized void stop(String name) {
    ClusterNode node = nodes.get(name);
    if (node != null) {
      nodes.put(
          name,
          new ClusterNode(
              name,
              node.uid(),
              Long.toString(++version),
              node.labels(),
              node.taints(),
              false,
              clock.instant()));
    }
  }

  /** Returns all Nodes and secrets, for tests. */
  synchronized List<Record> objects() {
    List<Record> objects = new ArrayList<>(new TreeMap<>(nodes).values());
    objects.addAll(new TreeMap<>(secrets).values());
    return objects;
  }
}
