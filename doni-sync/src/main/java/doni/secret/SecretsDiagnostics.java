package doni.secret;

import doni.secret.StoredSecrets.Unreadable;
import doni.worker.Finding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * Looks whether the configured keys open what is stored, as {@link SecretsStartupCheck} does when
 * the service starts. Makes no key.
 */
public final class SecretsDiagnostics {

  private static final String KEYS = "doni.secrets.keys";

  private SecretsDiagnostics() {}

  /**
   * @param database empty where it cannot be looked into
   * @throws RuntimeException when a key is none, or the database fails
   */
  public static List<Finding> look(Environment environment, Optional<DataSource> database) {
    Map<String, String> keys = SecretKeys.configured(environment);
    if (keys.isEmpty()) {
      Optional<String> local = SecretKeys.localIfThere(environment);
      if (local.isEmpty()) {
        return List.of(none(environment));
      }
      keys = Map.of(SecretKeys.LOCAL, local.get());
    }
    AesGcm cipher = new AesGcm(keys);
    if (database.isEmpty()) {
      return List.of(
          new Finding.Skipped("the keys are keys; what they have to open is not at hand"));
    }
    return List.of(values(new JdbcTemplate(database.get()), cipher));
  }

  private static Finding none(Environment environment) {
    return SecretKeys.mayBeMade(environment)
        ? new Finding.Ok("there is no key yet; one is made under doni.home at the first start")
        : new Finding.Problem(
            KEYS + " is not set, and is required with spring.datasource.url",
            "set "
                + KEYS
                + ".<id> to the key of this database; for a new one: openssl rand -base64 32");
  }

  private static Finding values(JdbcTemplate jdbc, AesGcm cipher) {
    Boolean isThere =
        jdbc.queryForObject(
            "select to_regclass('hardware') is not null and to_regclass('worker_task') is not null",
            Boolean.class);
    if (!Boolean.TRUE.equals(isThere)) {
      return new Finding.Skipped("the database has no schema yet, so nothing is stored");
    }
    List<Unreadable> unreadable =
        new StoredSecrets(jdbc, cipher, JsonMapper.shared()).unreadableKeys();
    if (unreadable.isEmpty()) {
      return new Finding.Ok("one stored value of each key that is in use can be read");
    }
    Unreadable first = unreadable.getFirst();
    return new Finding.Problem(
        "stored values cannot be read, such as %s of hardware %s (%s)"
            .formatted(first.place(), first.device(), first.why()),
        "put the missing key back into " + KEYS + "; ./doni secrets verify lists all values");
  }
}
