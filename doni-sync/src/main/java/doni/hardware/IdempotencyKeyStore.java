package doni.hardware;

import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import doni.request.RequestRefusedException.Conflict;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Maps idempotency keys to the enrollments that they stand for; a key is kept for a day. */
@Component
class IdempotencyKeyStore {

  private static final Duration RETENTION = Duration.ofDays(1);

  private final IdempotencyKeyRepository rows;
  private final JdbcClient jdbc;
  private final JsonMapper json;
  private final Clock clock;

  IdempotencyKeyStore(
      IdempotencyKeyRepository rows, JdbcClient jdbc, JsonMapper json, Clock clock) {
    this.rows = rows;
    this.jdbc = jdbc;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Claims the key for a new enrollment, in the transaction that stores it. A second request with
   * the same key waits here until the transaction of the first has ended.
   *
   * @return the hardware that the key already stands for; empty when the key was claimed
   * @throws Conflict if the key was used for another request
   */
  Optional<HardwareId> claim(
      String projectId, String key, HardwareService.Request request, HardwareId id) {
    Instant now = clock.instant();
    rows.deleteOlderThan(now.minus(RETENTION));
    byte[] hash = hash(request);
    int claimed =
        jdbc.sql(
                """
                insert into idempotency_key (project_id, key, request_hash, hardware_uuid, created_at)
                values (?, ?, ?, ?, ?) on conflict do nothing
                """)
            .param(projectId)
            .param(key)
            .param(hash)
            .param(id.value())
            .param(TimestampColumns.timestamp(now))
            .update();
    return claimed == 1
        ? Optional.empty()
        : Optional.of(
            rows.find(new IdempotencyKeyEntity.IdempotencyKeyId(projectId, key))
                .filter(earlier -> MessageDigest.isEqual(hash, earlier.requestHash))
                .map(earlier -> new HardwareId(earlier.hardwareUuid))
                .orElseThrow(() -> new Conflict("Idempotency-Key was used for another request")));
  }

  private byte[] hash(HardwareService.Request request) {
    TreeMap<String, Object> canonical = new TreeMap<>();
    canonical.put("name", String.valueOf(request.name()));
    canonical.put("hardware_type", String.valueOf(request.hardwareType()));
    if (request.properties() != null) {
      canonical.put("properties", new TreeMap<>(request.properties()));
    }
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(json.writeValueAsString(canonical).getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is missing in this JDK", e);
    }
  }
}
