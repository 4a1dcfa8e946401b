package doni.worker.k8s;

import doni.worker.ReconcileContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What earlier attempts reported of a device, so that what has since left the configuration or the
 * enrollment can still be taken back.
 *
 * @param labelKeys keys that were set on its Node
 * @param taint the taint that was set on its Node
 * @param tokenId the token whose secret was written
 * @param tokenExpires when that secret expires; empty also when it was deleted
 */
record Recorded(
    Set<String> labelKeys,
    Optional<Taint> taint,
    Optional<String> tokenId,
    Optional<Instant> tokenExpires) {

  static final String LABEL_KEYS = "label_keys";
  static final String TAINT = "taint";
  static final String TOKEN_ID = "token_id";
  static final String TOKEN_EXPIRES = "token_expires";

  Recorded {
    labelKeys = Set.copyOf(labelKeys);
  }

  static Recorded of(ReconcileContext attempt) {
    return new Recorded(
        labelKeys(attempt),
        attempt.detail(TAINT).flatMap(Taint::parse),
        attempt.detail(TOKEN_ID).filter(BootstrapToken::isId),
        attempt.detail(TOKEN_EXPIRES).flatMap(Recorded::instant));
  }

  private static Set<String> labelKeys(ReconcileContext attempt) {
    Set<String> keys = new TreeSet<>();
    if (attempt.details().get(LABEL_KEYS) instanceof List<?> list) {
      for (Object key : list) {
        // Details are only a report: what could not have been ours is not taken from a Node.
        if (key instanceof String text
            && LabelSyntax.isKey(text)
            && !LabelSyntax.isReserved(text)) {
          keys.add(text);
        }
      }
    }
    return keys;
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException _) {
      return Optional.empty();
    }
  }
}
