package doni.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.secret.SecretEncryptor.UnreadableSecretException;
import doni.testing.SampleTypes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class AesSecretEncryptorTests {

  private static final String OLD = key((byte) 1);
  private static final String NEW = key((byte) 2);

  private final HardwareId id = HardwareId.random();

  @Test
  void encryptsMaskedAndEncryptedFieldsAndNoOthers() {
    Map<String, Object> properties =
        Map.of("required", "plain", "secret", "s3cret", "token", "t0ken");

    String sealed = sealer(Map.of("k1", OLD)).encryptProperties(id, SampleTypes.TYPE, properties);

    assertThat(sealed).contains("plain").contains("$encrypted").doesNotContain("s3cret", "t0ken");
  }

  @Test
  void opensWhatItSealed() {
    AesSecretEncryptor sealer = sealer(Map.of("k1", OLD));
    String sealed =
        sealer.encryptProperties(
            id, SampleTypes.TYPE, Map.of("required", "plain", "secret", "s3cret"));

    assertThat(sealer.decryptProperties(id, sealed))
        .isEqualTo(Map.of("required", "plain", "secret", new Secret("s3cret")));
  }

  @Test
  void sessionValueOpensInItsSessionAndUnderItsNameOnly() {
    AesSecretEncryptor sealer = sealer(Map.of("k1", OLD));
    String sealed = sealer.encryptSessionValue("session-a", "PROJECT", new Secret("s3cret"));

    assertThat(sealed).doesNotContain("s3cret");
    assertThat(sealer.decryptSessionValue("session-a", "PROJECT", sealed))
        .isEqualTo(new Secret("s3cret"));
    assertThatThrownBy(() -> sealer.decryptSessionValue("session-b", "PROJECT", sealed))
        .isInstanceOf(UnreadableSecretException.class);
    assertThatThrownBy(() -> sealer.decryptSessionValue("session-a", "IDENTITY", sealed))
        .isInstanceOf(UnreadableSecretException.class);
  }

  @Test
  void encryptsSecretDetails() {
    AesSecretEncryptor sealer = sealer(Map.of("k1", OLD));
    String sealed =
        sealer.encryptDetails(
            id, SampleTypes.WORKER, Map.of("device_key", "s3cret", "fleet", "pi"));

    assertThat(sealed).doesNotContain("s3cret");
    assertThat(sealer.decryptDetails(id, SampleTypes.WORKER, sealed))
        .isEqualTo(Map.of("device_key", new Secret("s3cret"), "fleet", "pi"));
  }

  @Test
  void neverWritesTheSameSecretTheSameWay() {
    AesSecretEncryptor sealer = sealer(Map.of("k1", OLD));

    assertThat(sealer.encryptProperties(id, SampleTypes.TYPE, Map.of("secret", "s")))
        .isNotEqualTo(sealer.encryptProperties(id, SampleTypes.TYPE, Map.of("secret", "s")));
  }

  @Test
  void readsOldKeysAndWritesWithTheFirst() {
    String old =
        sealer(Map.of("k1", OLD))
            .encryptProperties(id, SampleTypes.TYPE, Map.of("secret", "s3cret"));
    Map<String, String> both = new LinkedHashMap<>();
    both.put("k2", NEW);
    both.put("k1", OLD);
    AesSecretEncryptor rotated = sealer(both);

    assertThat(rotated.decryptProperties(id, old)).containsEntry("secret", new Secret("s3cret"));
    assertThat(rotated.encryptProperties(id, SampleTypes.TYPE, Map.of("secret", "s3cret")))
        .contains("k2:");
  }

  @Test
  void readsTheFirstFormat() throws GeneralSecurityException {
    SecretPlace place = SecretPlace.detail(id, SampleTypes.WORKER, "device_key");

    String text = "k1:" + encryptedByTheJdk("s3cret", id + "/device_key");

    assertThat(new AesGcmCipher(Map.of("k1", OLD)).decrypt(text, place)).isEqualTo("s3cret");
    assertThat(new AesGcmCipher(Map.of("k1", OLD)).isCurrent(text)).isFalse();
  }

  @Test
  void readsANonceFollowedByWhatTheJdkEncrypts() throws GeneralSecurityException {
    String text = "k1:2:" + encryptedByTheJdk("s3cret", "hardware/" + id + "/secret");

    assertThat(
            new AesGcmCipher(Map.of("k1", OLD)).decrypt(text, SecretPlace.property(id, "secret")))
        .isEqualTo("s3cret");
  }

  @Test
  void doesNotOpenAValueWhoseFormatWasChanged() throws GeneralSecurityException {
    AesGcmCipher cipher = new AesGcmCipher(Map.of("k1", OLD));
    SecretPlace place = SecretPlace.property(id, "secret");
    String first = "k1:" + encryptedByTheJdk("s3cret", id + "/secret");
    String current = cipher.encrypt("s3cret", place);

    assertThatThrownBy(() -> cipher.decrypt(first.replace("k1:", "k1:2:"), place))
        .isInstanceOf(UnreadableSecretException.class);
    assertThatThrownBy(() -> cipher.decrypt(current.replace("k1:2:", "k1:"), place))
        .isInstanceOf(UnreadableSecretException.class);
  }

  private static String encryptedByTheJdk(String value, String place)
      throws GeneralSecurityException {
    byte[] nonce = "twelve bytes".getBytes(StandardCharsets.UTF_8);
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.ENCRYPT_MODE,
        new SecretKeySpec(Base64.getDecoder().decode(OLD), "AES"),
        new GCMParameterSpec(128, nonce));
    cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
    byte[] encrypted = cipher.doFinal(value.getBytes(StandardCharsets.UTF_8));
    byte[] stored = Arrays.copyOf(nonce, nonce.length + encrypted.length);
    System.arraycopy(encrypted, 0, stored, nonce.length, encrypted.length);
    return Base64.getEncoder().encodeToString(stored);
  }

  @Test
  void refusesACiphertextThatIsTooShort() {
    SecretPlace place = SecretPlace.property(id, "secret");

    assertThatThrownBy(() -> new AesGcmCipher(Map.of("k1", OLD)).decrypt("k1:2:AAAA", place))
        .isInstanceOf(UnreadableSecretException.class);
  }

  @Test
  void doesNotOpenAValueThatWasCopiedToAnotherDeviceOrField() {
    AesSecretEncryptor sealer = sealer(Map.of("k1", OLD));
    String sealed = sealer.encryptProperties(id, SampleTypes.TYPE, Map.of("secret", "s3cret"));

    assertThatThrownBy(() -> sealer.decryptProperties(HardwareId.random(), sealed))
        .isInstanceOf(UnreadableSecretException.class);
    assertThatThrownBy(
            () -> sealer.decryptProperties(id, sealed.replace("\"secret\"", "\"token\"")))
        .isInstanceOf(UnreadableSecretException.class);
  }

  @Test
  void doesNotOpenAValueThatWasCopiedToAnotherWorkerOrTable() {
    AesSecretEncryptor sealer = sealer(Map.of("k1", OLD));
    String detail =
        sealer.encryptDetails(id, SampleTypes.WORKER, Map.of("device_key", new Secret("s3cret")));

    assertThatThrownBy(() -> sealer.decryptDetails(id, "another-worker", detail))
        .isInstanceOf(UnreadableSecretException.class);
    assertThatThrownBy(() -> sealer.decryptProperties(id, detail))
        .isInstanceOf(UnreadableSecretException.class);
  }

  @Test
  void namesTheMissingKeyAndThePlaceButNotTheValue() {
    String sealed =
        sealer(Map.of("k1", OLD))
            .encryptProperties(id, SampleTypes.TYPE, Map.of("secret", "s3cret"));

    assertThatThrownBy(() -> sealer(Map.of("k2", NEW)).decryptProperties(id, sealed))
        .hasMessageContaining("'k1'")
        .hasMessageContaining(id + "/secret")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void refusesAKeyOfTheWrongLengthWithoutShowingIt() {
    String half = Base64.getEncoder().encodeToString(new byte[16]);

    assertThatThrownBy(() -> new AesGcmCipher(Map.of("k1", half)))
        .hasMessageContaining("doni.secrets.keys.k1")
        .hasMessageNotContaining(half);
  }

  private static AesSecretEncryptor sealer(Map<String, String> keys) {
    return new AesSecretEncryptor(
        new AesGcmCipher(keys), SampleTypes.create(), JsonMapper.shared());
  }

  private static String key(byte fill) {
    byte[] key = new byte[32];
    Arrays.fill(key, fill);
    return Base64.getEncoder().encodeToString(key);
  }
}
