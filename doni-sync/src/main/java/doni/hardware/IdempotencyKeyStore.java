package doni.hardware;

import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Conflict;
import doni.secret.KeyedHash;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Maps idempotency keys to the enrollments that they stand for. A key is kept for a day, and not
 * longer than its hardware.
 *
 * <p>The request is compared by a keyed hash that also covers the user: another member of the
 * project who knows the key cannot find out a secret of the enrollment by repeating it with
 * guesses.
 */
@Component
class IdempotencyKeyStore {

  private static final Duration RETENTION = Duration.ofDays(1);

  private final IdempotencyKeyRepository rows;
  private final JdbcClient jdbc;
  private final KeyedHash hash;
  private final JsonMapper json;
  private final Clock clock;

  IdempotencyKeyStore(
      IdempotencyKeyRepository rows,
      JdbcClient jdbc,
      KeyedHash requestHash,
      JsonMapper json,
      Clock clock) {
    this.rows = rows;
    this.jdbc = jdbc;
    this.hash = requestHash;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Claims the key for a new enrollment, in the transaction that stores it. A second request with
   * the same key waits here until the transaction of the first has ended.
   *
   * @return the hardware that the key already stands for; empty when the key was claimed
   * @throws Conflict if the key was used for another request, by another user, or under a key of
   *     {@code doni.secrets.keys} that was removed since
   */
  Optional<HardwareId> claim(
      Caller caller, String key, HardwareService.Request request, HardwareId id) {
    removeExpired();
    String canonical = canonical(caller, request);
    int claimed =
        jdbc.sql(
                """
                insert into idempotency_key (project_id, key, request_hash, hardware_uuid, created_at)
                values (?, ?, ?, ?, ?) on conflict do nothing
                """)
            .param(caller.projectId())
            .param(key)
            .param(hash.of(canonical))
            .param(id.value())
            .param(TimestampColumns.timestamp(clock.instant()))
            .update();
    return claimed == 1
        ? Optional.empty()
        : Optional.of(
            rows.find(new IdempotencyKeyEntity.IdempotencyKeyId(caller.projectId(), key))
                .filter(earlier -> hash.matches(earlier.requestHash, canonical))
                .map(earlier -> new HardwareId(earlier.hardwareUuid))
                .orElseThrow(() -> new Conflict("Idempotency-Key was used for another request")));
  }

  /** Removes the keys that are older than a day. */
  void removeExpired() {
    Instant oldest = clock.instant().minus(RETENTION);
    jdbc.sql("delete from idempotency_key where created_at < ?")
        .param(TimestampColumns.timestamp(oldest))
        .update();
  }

  private String canonical(Caller caller, HardwareService.Request request) {
    TreeMap<String, Object> canonical = new TreeMap<>();
    canonical.put("user", caller.userId());
    canonical.put("name", String.valueOf(request.name()));
    canonical.put("hardware_type", String.valueOf(request.hardwareType()));
    if (request.properties() != null) {
      canonical.put("properties", new TreeMap<>(request.properties()));
    }
    // Absent labels leave the hash as it was before there were labels.
    if (request.labels() != null && !request.labels().isEmpty()) {
      canonical.put("labels", new TreeMap<>(request.labels()));
    }
    return json.writeValueAsString(canonical);
  }
}
