package doni.site.tunelo;

import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A network's addresses.
 *
 * @param project that it belongs to
 * @param prefix of its addresses, up to and with the last dot
 * @param length of the prefix in bits, 24 or more
 */
record Subnet(String uuid, String name, String project, String prefix, int length) {

  String cidr() {
    return prefix + "0/" + length;
  }

  boolean contains(String ip) {
    return ip.startsWith(prefix) && addresses().anyMatch(ip::equals);
  }

  /** Without those of the network, the gateway and the broadcast. */
  Stream<String> addresses() {
    int last = (1 << (32 - length)) - 2;
    return IntStream.rangeClosed(2, last).mapToObj(host -> prefix + host);
  }
}
