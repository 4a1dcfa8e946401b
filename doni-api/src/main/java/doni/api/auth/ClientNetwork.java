package doni.api.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What stands for a client where attempts are counted: an IPv4 address, or the first 64 bits of an
 * IPv6 address. The other 64 bits are at the choice of each machine, so an attacker would have a
 * new address for every attempt.
 */
public final class ClientNetwork {

  private static final int PREFIX_BYTES = 8;

  private ClientNetwork() {}

  /**
   * Returns the network of an address.
   *
   * @param address as the container or a trusted proxy reports it; another text stands for itself
   */
  public static String of(String address) {
    try {
      InetAddress parsed = InetAddress.ofLiteral(address);
      return parsed instanceof Inet6Address
          ? HexFormat.of().formatHex(Arrays.copyOf(parsed.getAddress(), PREFIX_BYTES)) + "/64"
          : parsed.getHostAddress();
    } catch (IllegalArgumentException _) {
      return address;
    }
  }
}
