package doni.worker.ironic;

import doni.enrollment.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * By what a password is recognised that Ironic shows to nobody: a keyed hash of the one that was
 * written last. Each has a key of its own, so that equal passwords of two hosts do not look alike.
 *
 * @param text key and hash; kept where no client sees it
 */
record Fingerprint(Secret text) {

  private static final String ALGORITHM = "HmacSHA256";
  private static final int KEY_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  static Fingerprint of(Secret password) {
    byte[] key = new byte[KEY_BYTES];
    RANDOM.nextBytes(key);
    HexFormat hex = HexFormat.of();
    return new Fingerprint(new Secret(hex.formatHex(key) + hex.formatHex(hash(key, password))));
  }

  /** Empty when the text is none. */
  static Optional<Fingerprint> parse(Secret text) {
    return text.value().matches("[0-9a-f]{" + 2 * (KEY_BYTES + HASH_BYTES) + "}")
        ? Optional.of(new Fingerprint(text))
        : Optional.empty();
  }

  boolean isOf(Secret password) {
    byte[] bytes = HexFormat.of().parseHex(text.value());
    byte[] key = Arrays.copyOf(bytes, KEY_BYTES);
    byte[] hash = Arrays.copyOfRange(bytes, KEY_BYTES, bytes.length);
    return MessageDigest.isEqual(hash, hash(key, password));
  }

  private static byte[] hash(byte[] key, Secret password) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac.doFinal(password.value().getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(ALGORITHM + " is in every Java runtime", e);
    }
  }
}
