package doni.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.subtle.AesGcmJce;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.secret.StoredSecretsService.Summary;
import doni.testing.SampleTypes;
import doni.testing.TestInventory;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementCreator;
import org.springframework.jdbc.core.SqlProvider;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

class StoredSecretsServiceIT {

  private static final String OLD = key(1);
  private static final String NEW = key(2);

  private final TestInventory inventory = new TestInventory();

  @AfterEach
  void close() {
    inventory.close();
  }

  @Test
  void readsEveryValue() {
    device("one", keys("old", OLD));
    device("two", keys("old", OLD));

    assertThat(secrets(keys("old", OLD)).verify()).isEqualTo(new Summary(4, 0, 0, List.of()));
  }

  @Test
  void namesTheDeviceAndTheFieldThatCannotBeRead() {
    device("one", keys("old", OLD));
    HardwareId lost = device("two", keys("lost", NEW));

    Summary summary = secrets(keys("old", OLD)).verify();

    assertThat(summary.values()).isEqualTo(4);
    assertThat(summary.unreadable())
        .containsExactlyInAnyOrder(
            new StoredSecretsService.UnreadableSecret(
                lost,
                "property secret",
                "encrypted with key 'lost', which doni.secrets.keys does not hold"),
            new StoredSecretsService.UnreadableSecret(
                lost,
                "detail device_key of fake-worker",
                "encrypted with key 'lost', which doni.secrets.keys does not hold"));
  }

  @Test
  void encryptsWithTheFirstKeyAndLeavesTheRest() {
    HardwareId device = device("one", keys("old", OLD));
    String others = others();

    Summary summary = secrets(keys("new", NEW, "old", OLD)).rotate();

    assertThat(summary).isEqualTo(new Summary(2, 2, 0, List.of()));
    assertThat(others()).isEqualTo(others);
    assertThat(sealer(keys("new", NEW)).decryptProperties(device, properties()))
        .containsEntry("secret", new Secret("hunter2"))
        .containsEntry("list", List.of("a"));
    assertThat(secrets(keys("new", NEW)).verify()).isEqualTo(new Summary(2, 0, 0, List.of()));
  }

  @Test
  void leavesWhatHasTheFirstKeyAlready() {
    device("one", keys("new", NEW));
    device("two", keys("old", OLD));
    StoredSecretsService secrets = secrets(keys("new", NEW, "old", OLD));

    assertThat(secrets.rotate().rotated()).isEqualTo(2);
    String before = properties("one");
    assertThat(secrets.rotate()).isEqualTo(new Summary(4, 0, 0, List.of()));
    assertThat(properties("one")).isEqualTo(before);
  }

  @Test
  void encryptsTheFirstFormatAgainUnderTheSameKey() throws Exception {
    HardwareId device = inventory.enrolled("one", SampleTypes.WORKER);
    String first =
        "old:"
            + Base64.getEncoder()
                .encodeToString(
                    new AesGcmJce(Base64.getDecoder().decode(OLD))
                        .encrypt("hunter2".getBytes(UTF_8), (device + "/secret").getBytes(UTF_8)));
    inventory
        .jdbc()
        .sql("update hardware set properties = ?::jsonb where uuid = ?")
        .param("{\"secret\": {\"$encrypted\": \"" + first + "\"}}")
        .param(device.value())
        .update();

    Summary summary = secrets(keys("old", OLD)).rotate();

    assertThat(summary).isEqualTo(new Summary(1, 1, 0, List.of()));
    assertThat(properties()).contains("old:2:");
    assertThat(sealer(keys("old", OLD)).decryptProperties(device, properties()))
        .containsEntry("secret", new Secret("hunter2"));
  }

  @Test
  void readsAndRotatesWhatForcedDeletionsLeft() {
    HardwareId device = device("one", keys("old", OLD));
    inventory
        .jdbc()
        .sql(
            """
            insert into leftover (deletion, hardware_uuid, worker_type, name, project_id, hardware_type, properties,
              state_details, windows, generation, created_at, deleted_at, deleted_by, next_attempt_at)
            select gen_random_uuid(), h.uuid, t.worker_type, h.name, h.project_id, h.hardware_type, h.properties,
              t.state_details, '[]', 2, now(), now(), 'u', now()
            from hardware h join worker_task t on t.hardware_uuid = h.uuid
            """)
        .update();
    inventory.jdbc().sql("delete from hardware where uuid = ?").param(device.value()).update();

    assertThat(secrets(keys("new", NEW)).unreadableKeys()).isNotEmpty();
    assertThat(secrets(keys("new", NEW, "old", OLD)).rotate())
        .isEqualTo(new Summary(2, 2, 0, List.of()));
    assertThat(secrets(keys("new", NEW)).verify()).isEqualTo(new Summary(2, 0, 0, List.of()));
  }

  @Test
  void goesOnPastAValueThatCannotBeRead() {
    device("one", keys("lost", key(3)));
    device("two", keys("old", OLD));

    Summary summary = secrets(keys("new", NEW, "old", OLD)).rotate();

    assertThat(summary.rotated()).isEqualTo(2);
    assertThat(summary.unreadable()).hasSize(2);
  }

  @Test
  void doesNotOverwriteAValueThatIsChangedMeanwhile() {
    HardwareId device = device("one", keys("old", OLD));
    String fresh =
        sealer(keys("old", OLD))
            .encryptProperties(device, SampleTypes.TYPE, Map.of("secret", new Secret("changed")));
    // Another client changes the value between its reading and its writing.
    JdbcTemplate changing =
        new JdbcTemplate(inventory.database()) {
          @Override
          public int update(PreparedStatementCreator statement) {
            if (String.valueOf(((SqlProvider) statement).getSql()).startsWith("update hardware")) {
              super.update("update hardware set properties = ?::jsonb", fresh);
            }
            return super.update(statement);
          }
        };
    Summary summary =
        new StoredSecretsService(
                JdbcClient.create(changing),
                new AesGcmCipher(keys("new", NEW, "old", OLD)),
                JsonMapper.shared())
            .rotate();

    assertThat(summary.missed()).isEqualTo(1);
    assertThat(sealer(keys("old", OLD)).decryptProperties(device, properties()))
        .containsEntry("secret", new Secret("changed"));
  }

  @Test
  void letsAServiceStartThatCanReadWhatIsStored() {
    device("one", keys("old", OLD));

    assertThatCode(() ->
            new SecretsStartupCheck(secrets(keys("new", NEW, "old", OLD)))
                .afterSingletonsInstantiated())
        .doesNotThrowAnyException();
  }

  @Test
  void refusesToStartWithoutAKeyThatIsInUse() {
    HardwareId device = device("one", keys("old", OLD));

    assertThatThrownBy(
            () -> new SecretsStartupCheck(secrets(keys("new", NEW))).afterSingletonsInstantiated())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("doni.secrets.keys: stored values cannot be read, such as ")
        .hasMessageContaining(device.toString())
        .hasMessageContaining("encrypted with key 'old', which doni.secrets.keys does not hold");
  }

  @Test
  void refusesToStartWithAnotherKeyUnderTheOldId() {
    device("one", keys("old", OLD));

    assertThatThrownBy(
            () -> new SecretsStartupCheck(secrets(keys("old", NEW))).afterSingletonsInstantiated())
        .hasMessageContaining("key 'old' does not open it");
  }

  private HardwareId device(String name, Map<String, String> keys) {
    HardwareId id = inventory.enrolled(name, SampleTypes.WORKER);
    SecretEncryptor sealer = sealer(keys);
    inventory
        .jdbc()
        .sql("update hardware set properties = ?::jsonb where uuid = ?")
        .param(
            sealer.encryptProperties(
                id,
                SampleTypes.TYPE,
                Map.of("secret", new Secret("hunter2"), "list", List.of("a"), "hidden", "h")))
        .param(id.value())
        .update();
    inventory
        .jdbc()
        .sql("update worker_task set state_details = ?::jsonb where hardware_uuid = ?")
        .param(
            sealer.encryptDetails(
                id, SampleTypes.WORKER, Map.of("device_key", new Secret("k3y"), "seen", 1.50)))
        .param(id.value())
        .update();
    return id;
  }

  private StoredSecretsService secrets(Map<String, String> keys) {
    return new StoredSecretsService(inventory.jdbc(), new AesGcmCipher(keys), JsonMapper.shared());
  }

  private static SecretEncryptor sealer(Map<String, String> keys) {
    return new AesSecretEncryptor(
        new AesGcmCipher(keys), SampleTypes.create(), JsonMapper.shared());
  }

  private String properties() {
    return properties("one");
  }

  private String properties(String name) {
    return inventory
        .jdbc()
        .sql("select properties::text from hardware where name = ?")
        .param(name)
        .query(String.class)
        .single();
  }

  /** All but the secrets. */
  private String others() {
    return inventory
        .jdbc()
        .sql(
            "select h.generation || (h.properties - 'secret')::text || t.version ||"
                + " (t.state_details - 'device_key')::text from hardware h join worker_task t on"
                + " t.hardware_uuid = h.uuid")
        .query(String.class)
        .single();
  }

  private static Map<String, String> keys(String... idsAndKeys) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (int i = 0; i < idsAndKeys.length; i += 2) {
      keys.put(idsAndKeys[i], idsAndKeys[i + 1]);
    }
    return keys;
  }

  private static String key(int filling) {
    byte[] key = new byte[32];
    java.util.Arrays.fill(key, (byte) filling);
    return Base64.getEncoder().encodeToString(key);
  }
}
