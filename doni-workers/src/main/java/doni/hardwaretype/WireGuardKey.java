package doni.hardwaretype;

import java.math.BigInteger;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/** The rules for a WireGuard public key, a point of Curve25519 in base64. */
final class WireGuardKey {

  private static final int BYTES = 32;
  private static final BigInteger PRIME = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

  /**
   * The points of low order (RFC 7748, section 7): a peer with one of them computes the same secret
   * with every other key, and WireGuard refuses it.
   */
  private static final Set<BigInteger> LOW_ORDER =
      Set.of(
          BigInteger.ZERO,
          BigInteger.ONE,
          PRIME.subtract(BigInteger.ONE),
          new BigInteger(
              "325606250916557431795983626356110631294008115727848805560023387167927233504"),
          new BigInteger(
              "39382357235489614581723060781553021112529911719440698176882885853963445705823"));

  private WireGuardKey() {}

  /** Returns whether the text is the one that stands for a key. */
  static boolean isWellFormed(String text) {
    return decode(text).isPresent();
  }

  /** Returns whether the text is a key that no peer can have. */
  static boolean isImpossible(String text) {
    return decode(text).map(WireGuardKey::point).filter(LOW_ORDER::contains).isPresent();
  }

  private static Optional<byte[]> decode(String text) {
    try {
      byte[] key = Base64.getDecoder().decode(text);
      return key.length == BYTES && Base64.getEncoder().encodeToString(key).equals(text)
          ? Optional.of(key)
          : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** Decodes the coordinate: little-endian, without the highest bit, modulo the prime. */
  private static BigInteger point(byte[] key) {
    byte[] bigEndian = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      bigEndian[i] = key[BYTES - 1 - i];
    }
    bigEndian[0] &= 0x7f;
    return new BigInteger(1, bigEndian).mod(PRIME);
  }
}
