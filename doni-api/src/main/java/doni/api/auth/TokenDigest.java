package doni.api.auth;

import doni.enrollment.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of a token, the key of the cache: so a heap dump contains no token from it. */
record TokenDigest(long first, long second, long third, long fourth) {

  static TokenDigest of(Secret token) {
    try {
      byte[] bytes = token.value().getBytes(StandardCharsets.UTF_8);
      ByteBuffer digest = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes));
      return new TokenDigest(
          digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
