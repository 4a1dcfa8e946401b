package doni.bench;

import java.nio.ByteBuffer;
import java.util.Base64;

/** Public keys of WireGuard channels, of which each is valid and used once. */
final class ChannelKeys {

  private ChannelKeys() {}

  /**
   * The key of the device with a number.
   *
   * @param number at least 0
   * @return 32 bytes in base64; never one of the points of low order, which the service refuses
   */
  static String publicKey(int number) {
    byte[] key = ByteBuffer.allocate(32).putInt(4, number).put(8, (byte) 1).array();
    return Base64.getEncoder().encodeToString(key);
  }
}
