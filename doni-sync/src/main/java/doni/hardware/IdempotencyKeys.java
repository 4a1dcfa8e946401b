package doni.hardware;

import doni.enrollment.HardwareId;
import doni.request.RequestRefusedException.Conflict;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Which enrollment an idempotency key stands for; a key is remembered for a day, per project. */
@Component
class IdempotencyKeys {

  private static final Duration KEPT = Duration.ofDays(1);

  private final JdbcTemplate jdbc;
  private final JsonMapper json;
  private final Clock clock;

  IdempotencyKeys(JdbcTemplate jdbc, JsonMapper json, Clock clock) {
    this.jdbc = jdbc;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Claims the key for a new enrollment, in the transaction that stores it. A second request with
   * the key waits here until the first one's transaction has ended.
   *
   * @return the enrollment that the key already stands for; empty when it was claimed
   */
  Optional<HardwareId> claim(
      String projectId, String key, HardwareService.Request request, HardwareId id) {
    OffsetDateTime now = OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
    jdbc.update("delete from idempotency_key where created_at < ?", now.minus(KEPT));
    byte[] hash = hash(request);
    int claimed =
        jdbc.update(
            "insert into idempotency_key (project_id, key, request_hash, hardware_uuid, created_at) values (?, ?, ?, ?, ?)"
                + " on conflict do nothing",
            projectId,
            key,
            hash,
            id.value(),
            now);
    if (claimed == 1) {
      return Optional.empty();
    }
    return Optional.of(
        jdbc.query(
            "select request_hash, hardware_uuid from idempotency_key where project_id = ? and key = ?",
            row -> {
              if (row.next() && MessageDigest.isEqual(hash, row.getBytes("request_hash"))) {
                return new HardwareId(row.getObject("hardware_uuid", UUID.class));
              }
              throw new Conflict("Idempotency-Key was used for another request");
            },
            projectId,
            key));
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
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
