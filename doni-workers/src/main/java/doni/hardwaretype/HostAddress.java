package doni.hardwaretype;

import java.net.InetAddress;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The rules for addresses of hosts that a JSON schema cannot express. */
final class HostAddress {

  private static final String BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");

  /** Resolvers read such a name as an IPv4 address, whatever a schema calls it. */
  private static final Pattern ENDS_IN_NUMBER =
      Pattern.compile("(.*\\.)?(\\d+|0[xX]\\p{XDigit}*)\\.?");

  private static final int FIRST_MULTICAST = 224;

  private HostAddress() {}

  /** Returns what is wrong with a host name or IP address that meets its schema. */
  static Optional<String> problem(String text) {
    boolean ipv6 = text.indexOf(':') >= 0;
    if (!ipv6 && !ENDS_IN_NUMBER.matcher(text).matches()) {
      return Optional.empty();
    }
    if (!ipv6 && !IPV4.matcher(text).matches()) {
      return Optional.of(
          "must be a host name, an IPv6 address, or an IPv4 address of four numbers from 0 to 255"
              + " without leading zeros");
    }
    return isOfOneHost(InetAddress.ofLiteral(text))
        ? Optional.empty()
        : Optional.of("must be the address of one host");
  }

  private static boolean isOfOneHost(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == 4
        ? bytes[0] != 0 && Byte.toUnsignedInt(bytes[0]) < FIRST_MULTICAST
        : !address.isAnyLocalAddress() && !address.isMulticastAddress();
  }

  /** Returns whether a MAC address can be that of one interface. */
  static boolean isInterface(String macAddress) {
    byte[] bytes = HexFormat.ofDelimiter(":").parseHex(macAddress.toLowerCase(Locale.ROOT));
    boolean group = (bytes[0] & 1) != 0;
    boolean zero = true;
    for (byte one : bytes) {
      zero &= one == 0;
    }
    return !group && !zero;
  }
}
