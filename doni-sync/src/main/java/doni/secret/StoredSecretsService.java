package doni.secret;

import doni.enrollment.HardwareId;
import doni.secret.SecretEncryptor.UnreadableSecretException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Verifies and rotates all encrypted values.
 *
 * <p>It can run beside the service. A value is written only if it is still the one that was read,
 * and nothing beside it is written. So a concurrent change is never lost, and the next run
 * completes an interrupted one.
 */
@Component
public class StoredSecretsService {

  /**
   * The result of a run.
   *
   * @param rotated how many values were encrypted again
   * @param missed how many were not, because they were changed concurrently
   */
  public record Summary(long values, long rotated, long missed, List<UnreadableSecret> unreadable) {
    public Summary {
      unreadable = List.copyOf(unreadable);
    }
  }

  /**
   * A value that cannot be decrypted with the configured keys.
   *
   * @param place the property, or the worker and its detail
   * @param why names the key, never a value
   */
  public record UnreadableSecret(HardwareId device, String place, String why) {}

  /** Where a value is stored, and the statement that replaces it. */
  private enum Origin {
    PROPERTY(
        "update hardware set properties = properties || ?::jsonb"
            + " where uuid = ? and '' = ? and properties @> ?::jsonb"),
    DETAIL(
        "update worker_task set state_details = state_details || ?::jsonb"
            + " where hardware_uuid = ? and worker_type = ? and state_details @> ?::jsonb"),
    LEFTOVER_PROPERTY(
        "update leftover set properties = properties || ?::jsonb"
            + " where hardware_uuid = ? and worker_type = ? and properties @> ?::jsonb"),
    LEFTOVER_DETAIL(
        "update leftover set state_details = state_details || ?::jsonb"
            + " where hardware_uuid = ? and worker_type = ? and state_details @> ?::jsonb");

    private final String rewrite;

    Origin(String rewrite) {
      this.rewrite = rewrite;
    }
  }

  /**
   * @param workerType empty for a property of a device
   */
  private record StoredSecret(
      Origin origin, HardwareId device, String workerType, String field, String sealed) {
    String place() {
      return switch (origin) {
        case PROPERTY -> "property " + field;
        case DETAIL -> "detail " + field + " of " + workerType;
        case LEFTOVER_PROPERTY -> "property " + field + " of the leftover of " + workerType;
        case LEFTOVER_DETAIL -> "detail " + field + " of the leftover of " + workerType;
      };
    }

    SecretPlace authenticatedPlace() {
      return switch (origin) {
        case PROPERTY, LEFTOVER_PROPERTY -> SecretPlace.property(device, field);
        case DETAIL, LEFTOVER_DETAIL -> SecretPlace.detail(device, workerType, field);
      };
    }
  }

  private static final int PAGE = 500;

  private static final String SECRETS =
      """
      select origin, uuid, worker_type, field, sealed from (
        select 'PROPERTY' as origin, h.uuid, '' as worker_type, f.key as field, f.value ->> '$encrypted' as sealed
          from hardware h cross join lateral jsonb_each(h.properties) f where %1$s
        union all
        select 'DETAIL', h.uuid, t.worker_type, f.key, f.value ->> '$encrypted'
          from hardware h join worker_task t on t.hardware_uuid = h.uuid
          cross join lateral jsonb_each(t.state_details) f where %1$s
        union all
        select 'LEFTOVER_' || f.kind, h.uuid, h.worker_type, f.key, f.value ->> '$encrypted'
          from (select hardware_uuid as uuid, worker_type, properties, state_details from leftover) h
          cross join lateral (
            select 'PROPERTY' as kind, key, value from jsonb_each(h.properties)
            union all
            select 'DETAIL', key, value from jsonb_each(h.state_details)) f where %1$s) stored
      where sealed is not null
      """;

  private static final String ONE_OF_EACH_KEY =
      SECRETS
          .formatted("true")
          .replaceFirst("select", "select distinct on (split_part(sealed, ':', 1))");

  private final JdbcClient jdbc;
  private final AesGcmCipher cipher;
  private final JsonMapper json;

  StoredSecretsService(JdbcClient jdbc, AesGcmCipher cipher, JsonMapper json) {
    this.jdbc = jdbc;
    this.cipher = cipher;
    this.json = json;
  }

  /** Decrypts every stored value and reports the unreadable ones. */
  public Summary verify() {
    return pass(false);
  }

  /**
   * Encrypts every value with the first key of {@code doni.secrets.keys} and in the current format.
   * A replica that still has another first key continues to use that one.
   */
  public Summary rotate() {
    return pass(true);
  }

  /** Tries one value of every key in use, and returns those that cannot be decrypted. */
  List<UnreadableSecret> unreadableKeys() {
    List<UnreadableSecret> unreadable = new ArrayList<>();
    for (StoredSecret storedSecret :
        jdbc.sql(ONE_OF_EACH_KEY).query((row, _) -> stored(row)).list()) {
      try {
        open(storedSecret);
      } catch (UnreadableSecretException e) {
        unreadable.add(unreadable(storedSecret, e));
      }
    }
    return unreadable;
  }

  private Summary pass(boolean rotating) {
    long values = 0;
    long rotated = 0;
    long missed = 0;
    List<UnreadableSecret> unreadable = new ArrayList<>();
    List<UUID> page = page(new UUID(0, 0));
    while (!page.isEmpty()) {
      for (StoredSecret storedSecret : secretsOf(page)) {
        values++;
        try {
          String value = open(storedSecret);
          if (rotating && !cipher.isCurrent(storedSecret.sealed())) {
            boolean written = rewrite(storedSecret, value);
            rotated += written ? 1 : 0;
            missed += written ? 0 : 1;
          }
        } catch (UnreadableSecretException e) {
          unreadable.add(unreadable(storedSecret, e));
        }
      }
      page = page(page.getLast());
    }
    return new Summary(values, rotated, missed, unreadable);
  }

  private List<UUID> page(UUID after) {
    return jdbc.sql(
            """
            select uuid from (select uuid from hardware union select hardware_uuid from leftover) known
            where uuid > ? order by uuid limit ?
            """)
        .param(after)
        .param(PAGE)
        .query((row, _) -> row.getObject("uuid", UUID.class))
        .list();
  }

  private List<StoredSecret> secretsOf(List<UUID> devices) {
    return jdbc.sql(SECRETS.formatted("h.uuid = any(:uuids)"))
        .param("uuids", devices.toArray(UUID[]::new))
        .query((row, _) -> stored(row))
        .list();
  }

  private String open(StoredSecret storedSecret) {
    return cipher.decrypt(storedSecret.sealed(), storedSecret.authenticatedPlace());
  }

  private boolean rewrite(StoredSecret storedSecret, String value) {
    String fresh = cipher.encrypt(value, storedSecret.authenticatedPlace());
    return jdbc.sql(storedSecret.origin().rewrite)
            .param(field(storedSecret, fresh))
            .param(storedSecret.device().value())
            .param(storedSecret.workerType())
            .param(field(storedSecret, storedSecret.sealed()))
            .update()
        > 0;
  }

  private String field(StoredSecret storedSecret, String sealed) {
    return json.writeValueAsString(
        Map.of(storedSecret.field(), Map.of(SecretEncryptor.ENCRYPTED_MEMBER, sealed)));
  }

  private static UnreadableSecret unreadable(
      StoredSecret storedSecret, UnreadableSecretException e) {
    return new UnreadableSecret(storedSecret.device(), storedSecret.place(), e.reason());
  }

  private static StoredSecret stored(ResultSet row) throws SQLException {
    return new StoredSecret(
        Origin.valueOf(row.getString("origin")),
        new HardwareId(row.getObject("uuid", UUID.class)),
        row.getString("worker_type"),
        row.getString("field"),
        row.getString("sealed"));
  }
}
