package doni.worker.k8s;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the worker reports of a device: never a token, only its id. */
final class Details {

  private Details() {}

  /**
   * @param complete whether all that was to be written is there
   */
  static Map<String, @Nullable Object> of(
      Desired desired, Recorded recorded, Observed seen, Progress progress, boolean complete) {
    Map<String, @Nullable Object> details = new TreeMap<>();
    details.put("num_labels", desired.node().labels().size());
    details.put("created_token_secrets", progress.createdSecrets());
    details.put("deleted_token_secrets", progress.deletedSecrets());
    ClusterNode node = seen.node().orElse(null);
    Instant since = node == null ? null : node.lastTransition();
    details.put("ready", node == null ? null : node.ready());
    details.put("last_transition", since == null ? null : since.toString());
    details.put("node_uid", node == null ? null : node.uid());
    putNode(details, desired, recorded, complete && node != null);
    desired.token().ifPresent(token -> details.put(Recorded.TOKEN_ID, token.id()));
    putExpiry(details, desired, seen);
    return details;
  }

  /** Only what later attempts must know to take it back. */
  static Map<String, @Nullable Object> afterInterruption(
      Desired desired, Recorded recorded, Progress progress) {
    Map<String, @Nullable Object> details = new TreeMap<>();
    details.put("created_token_secrets", progress.createdSecrets());
    details.put("deleted_token_secrets", progress.deletedSecrets());
    putNode(details, desired, recorded, false);
    progress
        .written()
        .ifPresent(wish -> {
          details.put(Recorded.TOKEN_ID, wish.token().id());
          details.put(Recorded.TOKEN_EXPIRES, wish.expires().toString());
        });
    return details;
  }

  private static void putNode(
      Map<String, @Nullable Object> details,
      Desired desired,
      Recorded recorded,
      boolean nothingElseIsLeft) {
    TreeSet<String> keys = new TreeSet<>(desired.node().labels().keySet());
    Optional<Taint> taint = desired.node().taint();
    if (!nothingElseIsLeft) {
      keys.addAll(recorded.labelKeys());
      taint = recorded.taint().or(desired.node()::taint);
    }
    details.put(Recorded.LABEL_KEYS, List.copyOf(keys));
    details.put(Recorded.TAINT, taint.map(Taint::text).orElse(null));
  }

  private static void putExpiry(
      Map<String, @Nullable Object> details, Desired desired, Observed seen) {
    if (desired.tokenRule().goal(seen.node(), seen.at()) != Desired.TokenGoal.LEFT_ALONE) {
      details.put(
          Recorded.TOKEN_EXPIRES,
          desired
              .token()
              .flatMap(token -> seen.secret(token.id()))
              .map(TokenSecret::expires)
              .map(Instant::toString)
              .orElse(null));
    }
  }
}
