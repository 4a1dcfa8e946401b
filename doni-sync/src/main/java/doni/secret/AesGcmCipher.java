package doni.secret;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import doni.secret.SecretEncryptor.UnreadableSecretException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * AES-256-GCM with named keys. The text form is {@code <key id>:2:<base64 of nonce and
 * ciphertext>}. In the first format, which is still read, {@code 2:} is missing.
 *
 * <p>The {@link SecretPlace} of a value is authenticated with it. The format is not, but it decides
 * which place has to match, so a changed format does not open.
 */
final class AesGcmCipher {

  private static final int KEY_BYTES = 32;
  private static final String FORMAT = "2:";

  /**
   * Encrypts for all. Tink keeps a random generator for each thread, and searches the class path
   * for another implementation whenever it makes one: on the virtual thread of an attempt or a
   * request, which ends soon, that takes longer than the encryption.
   */
  private static final Executor ENCRYPTING =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("secret-encryption").factory());

  private final Map<String, Aead> keys = new LinkedHashMap<>();
  private final String encryptingId;
  private final Aead encryptingKey;

  /**
   * @param encodedKeys base64 of 32 bytes by key id; the first one encrypts, all of them decrypt
   */
  public AesGcmCipher(Map<String, String> encodedKeys) {
    encodedKeys.forEach((id, encoded) -> keys.put(checkedId(id), key(id, encoded)));
    Map.Entry<String, Aead> first =
        keys.entrySet().stream()
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException("doni.secrets.keys: at least one key is needed"));
    this.encryptingId = first.getKey();
    this.encryptingKey = first.getValue();
  }

  /** Returns whether a value has the current format and was encrypted with the first key. */
  boolean isCurrent(String encrypted) {
    return encrypted.startsWith(encryptingId + ":" + FORMAT);
  }

  String encrypt(String value, SecretPlace place) {
    // Not interruptible: an attempt that is interrupted still records what it wrote.
    byte[] encrypted =
        CompletableFuture.supplyAsync(() -> encrypted(value, place), ENCRYPTING).join();
    return encryptingId + ":" + FORMAT + Base64.getEncoder().encodeToString(encrypted);
  }

  private byte[] encrypted(String value, SecretPlace place) {
    try {
      return encryptingKey.encrypt(utf8(value), utf8(place.text()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM is missing in this JDK", e);
    }
  }

  /**
   * Decrypts a value.
   *
   * @throws UnreadableSecretException names the key id and the place, never the value
   */
  String decrypt(String encrypted, SecretPlace place) {
    int colon = encrypted.indexOf(':');
    String id = colon < 0 ? "" : encrypted.substring(0, colon);
    Aead key = keys.get(id);
    if (key == null) {
      throw new UnreadableSecretException(
          "encrypted with key '" + id + "', which doni.secrets.keys does not hold", place.text());
    }
    String body = encrypted.substring(colon + 1);
    boolean current = body.startsWith(FORMAT);
    try {
      byte[] bytes = Base64.getDecoder().decode(current ? body.substring(FORMAT.length()) : body);
      byte[] authenticated = utf8(current ? place.text() : place.original());
      return new String(key.decrypt(bytes, authenticated), StandardCharsets.UTF_8);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new UnreadableSecretException("key '" + id + "' does not open it", place.text());
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String checkedId(String id) {
    if (!id.matches("[A-Za-z0-9_.-]{1,64}")) {
      throw new IllegalArgumentException(
          "doni.secrets.keys: a key id is 1 to 64 letters, digits, '-', '_' or '.'");
    }
    return id;
  }

  private static Aead key(String id, String encoded) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(encoded.strip());
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException(
          "doni.secrets.keys." + id + ": must be base64 of 32 bytes");
    }
    if (bytes.length != KEY_BYTES) {
      throw new IllegalArgumentException(
          "doni.secrets.keys." + id + ": must be base64 of 32 bytes, not of " + bytes.length);
    }
    try {
      return new AesGcmJce(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM is missing in this JDK", e);
    }
  }
}
