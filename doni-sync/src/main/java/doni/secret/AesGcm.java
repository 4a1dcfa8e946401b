package doni.secret;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM with named keys. The text form is {@code <key id>:<base64 of nonce and ciphertext>}.
 *
 * <p>The place of a value (its device and field) is authenticated with it, so that a ciphertext
 * that is copied to another device or field does not open there.
 */
public final class AesGcm {

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int KEY_BYTES = 32;

  private final Map<String, SecretKey> keys = new LinkedHashMap<>();
  private final String encryptingId;
  private final SecretKey encryptingKey;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param encodedKeys base64 of 32 bytes by key id; the first one encrypts, all of them decrypt
   */
  public AesGcm(Map<String, String> encodedKeys) {
    encodedKeys.forEach((id, encoded) -> keys.put(checkedId(id), key(id, encoded)));
    Map.Entry<String, SecretKey> first =
        keys.entrySet().stream()
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException("doni.secrets.keys: at least one key is needed"));
    this.encryptingId = first.getKey();
    this.encryptingKey = first.getValue();
  }

  /** The id of the key that encrypts. */
  String encryptingId() {
    return encryptingId;
  }

  String encrypt(String value, String place) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, encryptingKey, nonce, place);
      byte[] sealed = cipher.doFinal(value.getBytes(StandardCharsets.UTF_8));
      byte[] both =
          ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
      return encryptingId + ":" + Base64.getEncoder().encodeToString(both);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no AES-GCM", e);
    }
  }

  /** Fails with a text that names the key id and the place, never the value. */
  String decrypt(String sealed, String place) {
    int colon = sealed.indexOf(':');
    String id = colon < 0 ? "" : sealed.substring(0, colon);
    SecretKey key = keys.get(id);
    if (key == null) {
      throw new UnreadableSecretException(
          "encrypted with key '" + id + "', which doni.secrets.keys does not hold", place);
    }
    try {
      byte[] both = Base64.getDecoder().decode(sealed.substring(colon + 1));
      byte[] nonce = java.util.Arrays.copyOf(both, NONCE_BYTES);
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, nonce, place);
      return new String(
          cipher.doFinal(both, NONCE_BYTES, both.length - NONCE_BYTES), StandardCharsets.UTF_8);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new UnreadableSecretException("key '" + id + "' does not open it", place);
    }
  }

  private static Cipher cipher(int mode, SecretKey key, byte[] nonce, String place)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private static String checkedId(String id) {
    if (!id.matches("[A-Za-z0-9_.-]{1,64}")) {
      throw new IllegalArgumentException(
          "doni.secrets.keys: a key id is 1 to 64 letters, digits, '-', '_' or '.'");
    }
    return id;
  }

  private static SecretKey key(String id, String encoded) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(encoded.strip());
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException(
          "doni.secrets.keys." + id + ": must be base64 of 32 bytes");
    }
    if (bytes.length != KEY_BYTES) {
      throw new IllegalArgumentException(
          "doni.secrets.keys."
              + id
              + ": must be base64 of 32 bytes, and this is "
              + bytes.length
              + " bytes");
    }
    return new SecretKeySpec(bytes, "AES");
  }
}
