package doni.secret;

import doni.secret.StoredSecretsService.UnreadableSecret;
import doni.worker.Finding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * Checks whether the configured keys decrypt the stored values, as {@link SecretsStartupCheck} does
 * at the start of the service. Creates no key.
 */
public final class SecretsDiagnostics {

  private static final String KEYS = "doni.secrets.keys";

  private SecretsDiagnostics() {}

  /**
   * @param database empty if it is unavailable
   * @throws RuntimeException if a key is invalid, or the database fails
   */
  public static List<Finding> look(Environment environment, Optional<DataSource> database) {
    Map<String, String> keys = EncryptionKeySource.configured(environment);
    if (keys.isEmpty()) {
      Optional<String> local = EncryptionKeySource.localIfThere(environment);
      if (local.isEmpty()) {
        return List.of(none(environment));
      }
      keys = Map.of(EncryptionKeySource.LOCAL, local.get());
    }
    AesGcmCipher cipher = new AesGcmCipher(keys);
    if (database.isEmpty()) {
      return List.of(
          new Finding.Skipped(
              "keys are valid; stored values not checked, because the database is unavailable"));
    }
    return List.of(values(JdbcClient.create(database.get()), cipher));
  }

  private static Finding none(Environment environment) {
    return EncryptionKeySource.mayBeMade(environment)
        ? new Finding.Ok("no key yet; the first start creates one under doni.home")
        : new Finding.Problem(
            KEYS + " is not set, and is required with spring.datasource.url",
            "set "
                + KEYS
                + ".<id> to the key of this database; for a new one: openssl rand -base64 32");
  }

  private static Finding values(JdbcClient jdbc, AesGcmCipher cipher) {
    boolean hasSchema =
        jdbc.sql(
                "select to_regclass('hardware') is not null and to_regclass('worker_task') is not"
                    + " null")
            .query(Boolean.class)
            .single();
    if (!hasSchema) {
      return new Finding.Skipped("the database has no schema yet, so no values are stored");
    }
    List<UnreadableSecret> unreadable =
        new StoredSecretsService(jdbc, cipher, JsonMapper.shared()).unreadableKeys();
    if (unreadable.isEmpty()) {
      return new Finding.Ok("one stored value of each key in use can be decrypted");
    }
    UnreadableSecret first = unreadable.getFirst();
    return new Finding.Problem(
        "stored values cannot be read, such as %s of hardware %s (%s)"
            .formatted(first.place(), first.device(), first.why()),
        "put the missing key back into " + KEYS + "; ./doni secrets verify lists all values");
  }
}
