package doni.secret;

import com.google.crypto.tink.subtle.Hkdf;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Hashes of texts that hold secrets: HMAC-SHA-256 under keys that are derived from {@code
 * doni.secrets.keys}. Without these keys, a secret cannot be verified against a hash.
 */
public final class KeyedHash {

  private static final String HMAC = "HmacSHA256";

  /**
   * In the order of the configured keys; the first one makes hashes, all of them match. They are
   * copied for each text, because the look-up of the algorithm takes longer than the hash.
   */
  private final List<Mac> keys = new ArrayList<>();

  /**
   * @param encodedKeys base64 of 32 bytes by key id, as checked by {@link AesGcmCipher}
   * @param purpose separates the hashes of one use from those of another
   */
  KeyedHash(Map<String, String> encodedKeys, String purpose) {
    for (String encoded : encodedKeys.values()) {
      keys.add(derived(Base64.getDecoder().decode(encoded.strip()), purpose));
    }
  }

  /** Returns the hash under the first key. */
  public byte[] of(String text) {
    return hash(keys.getFirst(), text);
  }

  /** Returns whether a hash is that of the text under any of the configured keys. */
  public boolean matches(byte[] hash, String text) {
    boolean matches = false;
    for (Mac key : keys) {
      matches |= MessageDigest.isEqual(hash, hash(key, text));
    }
    return matches;
  }

  private static byte[] hash(Mac key, String text) {
    try {
      return ((Mac) key.clone()).doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("HMAC of this JDK cannot be copied", e);
    }
  }

  private static Mac derived(byte[] key, String purpose) {
    try {
      byte[] info = purpose.getBytes(StandardCharsets.UTF_8);
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(Hkdf.computeHkdf(HMAC, key, new byte[0], info, 32), HMAC));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC is missing in this JDK", e);
    }
  }
}
