package doni.worker.tunelo;

import java.util.Base64;

/**
 * What a WireGuard public key looks like. Tunelo takes anything, and a hub hands all keys to {@code
 * wg} in one file: a single bad one keeps it from taking any change.
 */
final class PublicKey {

  static final String FORM = "base64 of 32 bytes, 44 characters";

  private static final int BYTES = 32;

  private PublicKey() {}

  static boolean isWellFormed(String text) {
    try {
      byte[] key = Base64.getDecoder().decode(text);
      // Only one text stands for a key, and the key is how we know our channel again.
      return key.length == BYTES && Base64.getEncoder().encodeToString(key).equals(text);
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
