package doni.worker.k8s;

import doni.worker.RequeueTrigger;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which of the many events of Nodes make a device due.
 *
 * <p>Every heartbeat of every kubelet is an event. A device is woken when its Node appears,
 * disappears, is another one, turns ready or not ready, or no longer carries what the worker last
 * saw to. What the worker is about to write is expected beforehand, so that its own patch wakes
 * nobody. The expectations may be lost: without one, any change of what the worker could care about
 * wakes.
 */
final class NodeWatch implements Cluster.Listener {

  /** Long enough to gather what one list or one blink of the network brings. */
  private static final long GATHER_MILLIS = 50;

  private static final int BATCH = 1000;

  /** Of a label that only matters by being there. */
  private static final String ANY_VALUE = "";

  /** What of a Node matters. */
  private record Sight(
      String uid, boolean ready, Map<String, String> labels, Set<String> taints, boolean held) {}

  /**
   * @param forBlazar whether it also matters if Blazar holds the Node
   * @param sight empty for a Node that is expected to disappear
   */
  private record Expectation(NodeWish wish, boolean forBlazar, Optional<Sight> sight) {}

  private final Supplier<NodeWish> anyWish;
  private final ConcurrentMap<String, Expectation> expectations = new ConcurrentHashMap<>();
  private final BlockingQueue<String> woken = new LinkedBlockingQueue<>();
  private @Nullable Thread nudging;

  /**
   * @param anyWish what matters of a Node of which nothing is expected yet
   */
  NodeWatch(Supplier<NodeWish> anyWish) {
    this.anyWish = anyWish;
  }

  void start(RequeueTrigger nudge) {
    nudging = Thread.ofVirtual().name("k8s-nudge").start(() -> nudgeUntilInterrupted(nudge));
  }

  void stop() {
    if (nudging != null) {
      nudging.interrupt();
    }
  }

  /** The Node is, or is about to be, as wished. */
  void expect(ClusterNode node, NodeWish wish) {
    Set<String> taints = wish.taint().map(taint -> Set.of(taint.text())).orElse(Set.of());
    Map<String, String> labels = new HashMap<>(wish.labels());
    wish.missingLabels().keySet().forEach(key -> labels.put(key, ANY_VALUE));
    Sight sight = new Sight(node.uid(), node.ready(), labels, taints, false);
    expectations.put(node.name(), new Expectation(wish, false, Optional.of(sight)));
  }

  /** The Node carries nothing of ours any more, and Blazar is to let go of it. */
  void expectRelease(ClusterNode node, NodeWish wish) {
    Sight sight = new Sight(node.uid(), node.ready(), Map.of(), Set.of(), true);
    expectations.put(node.name(), new Expectation(wish, true, Optional.of(sight)));
  }

  /** The Node is about to be deleted by us. */
  void expectDeletion(String name) {
    expectations.put(name, new Expectation(anyWish.get(), false, Optional.empty()));
  }

  void forget(String name) {
    expectations.remove(name);
  }

  @Override
  public void appeared(ClusterNode node) {
    Expectation expected = expectations.get(node.name());
    if (expected == null || !asExpected(node, expected)) {
      woken.add(node.name());
    }
  }

  @Override
  public void changed(ClusterNode before, ClusterNode after) {
    Expectation expected = expectations.get(after.name());
    NodeWish wish = expected == null ? anyWish.get() : expected.wish();
    boolean forBlazar = expected != null && expected.forBlazar();
    // An event from before our patch differs from what is expected, but nothing in it changed.
    boolean changed = !sight(before, wish, forBlazar).equals(sight(after, wish, forBlazar));
    if (changed && (expected == null || !asExpected(after, expected))) {
      woken.add(after.name());
    }
  }

  @Override
  public void disappeared(String name) {
    Expectation expected = expectations.remove(name);
    if (expected == null || expected.sight().isPresent()) {
      woken.add(name);
    }
  }

  private static boolean asExpected(ClusterNode node, Expectation expected) {
    return expected
        .sight()
        .filter(sight -> sight.equals(sight(node, expected.wish(), expected.forBlazar())))
        .isPresent();
  }

  private static Sight sight(ClusterNode node, NodeWish wish, boolean forBlazar) {
    Map<String, String> labels = new HashMap<>();
    node.labels()
        .forEach((key, value) -> {
          if (wish.managedKeys().contains(key) || wish.labels().containsKey(key)) {
            labels.put(key, value);
          } else if (wish.missingLabels().containsKey(key)) {
            labels.put(key, ANY_VALUE);
          }
        });
    Set<String> taints = new LinkedHashSet<>();
    for (Taint taint : node.taints()) {
      if (wish.manages(taint)) {
        taints.add(taint.text());
      }
    }
    return new Sight(node.uid(), node.ready(), labels, taints, forBlazar && node.blazarHoldsIt());
  }

  private void nudgeUntilInterrupted(RequeueTrigger nudge) {
    try {
      while (true) {
        Set<String> names = new LinkedHashSet<>(List.of(woken.take()));
        String next = woken.poll(GATHER_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          names.add(next);
          woken.drainTo(names, BATCH);
        }
        nudge.requeueByName(names);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
