package doni.worker.k8s;

import doni.worker.LanePause;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A cluster for development without one. A device joins it, and is ready, as soon as its token is
 * valid.
 */
final class InMemoryCluster implements Cluster {

  private final Clock clock;
  private final Map<String, ClusterNode> nodes = new HashMap<>();
  private final Map<String, TokenSecret> secrets = new HashMap<>();
  private long version;
  private @Nullable Listener listener;

  InMemoryCluster(Clock clock) {
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
  public Optional<LanePause> hold() {
    return Optional.empty();
  }

  @Override
  public Access access(List<Right> rights) {
    return new Access("in memory: no cluster is asked", List.of());
  }

  @Override
  public Optional<ClusterNode> glance(String name) {
    return node(name);
  }

  @Override
  public synchronized Optional<ClusterNode> node(String name) {
    return Optional.ofNullable(nodes.get(name));
  }

  @Override
  public synchronized Written patch(String name, NodePatch patch) {
    ClusterNode before = nodes.get(name);
    if (before == null) {
      return Written.ABSENT;
    }
    NodePatch.Taints taints = patch.taints();
    if (taints != null && !taints.resourceVersion().equals(before.resourceVersion())) {
      return Written.CONFLICT;
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
            name,
            before.uid(),
            Long.toString(++version),
            labels,
            taints == null ? before.taints() : taints.all(),
            before.ready(),
            before.lastTransition());
    nodes.put(name, after);
    if (listener != null) {
      listener.changed(before, after);
    }
    return Written.DONE;
  }

  @Override
  public synchronized Written deleteNode(String name, String uid) {
    ClusterNode node = nodes.get(name);
    if (node == null) {
      return Written.ABSENT;
    }
    if (!node.uid().equals(uid)) {
      return Written.CONFLICT;
    }
    nodes.remove(name);
    if (listener != null) {
      listener.disappeared(name);
    }
    return Written.DONE;
  }

  @Override
  public synchronized Optional<TokenSecret> tokenSecret(String id) {
    Instant now = clock.instant();
    // What the token cleaner of a real cluster does.
    secrets.values().removeIf(s -> s.expires() != null && !s.expires().isAfter(now));
    return Optional.ofNullable(secrets.get(id));
  }

  @Override
  public synchronized Written create(TokenWish wish) {
    if (tokenSecret(wish.token().id()).isPresent()) {
      return Written.CONFLICT;
    }
    put(wish);
    return Written.DONE;
  }

  @Override
  public synchronized Written update(TokenWish wish) {
    if (tokenSecret(wish.token().id()).isEmpty()) {
      return Written.ABSENT;
    }
    put(wish);
    return Written.DONE;
  }

  @Override
  public synchronized Written deleteTokenSecret(String id) {
    return secrets.remove(id) == null ? Written.ABSENT : Written.DONE;
  }

  private void put(TokenWish wish) {
    String id = wish.token().id();
    secrets.put(
        id,
        new TokenSecret(id, true, wish.hardware(), wish.token().secret(), wish.expires(), true));
    if (!nodes.containsKey(wish.nodeName())) {
      join(wish.nodeName());
    }
  }

  private void join(String name) {
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
}
