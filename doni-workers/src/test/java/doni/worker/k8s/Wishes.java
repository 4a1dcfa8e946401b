package doni.worker.k8s;

import doni.enrollment.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** What the tests of the drift want and find. */
@NullMarked
final class Wishes {

  static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  static final Duration LIFETIME = Duration.ofDays(7);
  static final String HARDWARE = "6b1f4f0e-2f3e-4a77-9d1b-0b7a8a9d3c55";
  static final String OTHER_HARDWARE = "0c9d8e57-1c55-4d52-8d7e-5a4a3a2b1c0d";
  static final BootstrapToken TOKEN = new BootstrapToken("abc123", new Secret("0123456789abcdef"));
  static final Taint OURS = Taint.of("worker-node", "true", "NoSchedule");
  static final NodeWish NOTHING = wish(Map.of());

  private Wishes() {}

  static NodeWish wish(Map<String, String> labels, String... managedKeys) {
    return new NodeWish(labels, Set.of(managedKeys), Optional.empty(), Optional.empty());
  }

  static NodeWish tainted(@Nullable Taint wanted, @Nullable Taint former) {
    return new NodeWish(
        Map.of(), Set.of(), Optional.ofNullable(wanted), Optional.ofNullable(former));
  }

  static ClusterNode node(Map<String, String> labels, Taint... taints) {
    return new ClusterNode("dev1", "uid-1", "336", labels, List.of(taints), true, NOW);
  }

  static ClusterNode unready(@Nullable Instant since) {
    return new ClusterNode("dev1", "uid-1", "336", Map.of(), List.of(), false, since);
  }

  static Map<String, @Nullable String> removed(String key) {
    Map<String, @Nullable String> labels = new TreeMap<>();
    labels.put(key, null);
    return labels;
  }

  static TokenSecret secret(@Nullable String hardware, String value, @Nullable Instant expires) {
    return new TokenSecret(TOKEN.id(), true, hardware, new Secret(value), expires, true);
  }

  static TokenSecret valid() {
    return secret(HARDWARE, TOKEN.secret().value(), NOW.plus(Duration.ofDays(6)));
  }
}
