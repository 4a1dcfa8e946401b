package doni.api.auth;

import doni.enrollment.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of a token, the key of the cache: so a heap dump contains no token from it. */
record TokenDigest(long first, long second, long third, long fourth) {

  /** Copied for each token, because the look-up of the algorithm takes longer than the digest. */
  private static final MessageDigest SHA_256 = sha256();

  static TokenDigest of(Secret token) {
    byte[] bytes = token.value().getBytes(StandardCharsets.UTF_8);
    try {
      ByteBuffer digest = ByteBuffer.wrap(((MessageDigest) SHA_256.clone()).digest(bytes));
      return new TokenDigest(
          digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-256 of this Java cannot be copied", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
