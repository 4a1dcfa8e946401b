package doni.worker.blazar;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A lease.
 *
 * @param projectId whose it is
 * @param start to the minute
 * @param end to the minute
 * @param createdAt as Blazar writes it: UTC, in an order that text has too
 * @param rules by which Blazar chose what it reserves
 */
record Lease(
    String id,
    String name,
    String projectId,
    LeaseState state,
    Instant start,
    Instant end,
    @Nullable String createdAt,
    List<String> rules) {

  Lease {
    rules = List.copyOf(rules);
  }

  /** Whether it reserves the hardware of that uuid, and that alone. */
  boolean reserves(String uid) {
    return rules.stream().anyMatch(rule -> rule.contains('"' + uid + '"'));
  }
}
