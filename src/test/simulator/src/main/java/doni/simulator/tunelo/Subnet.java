package doni.simulator.tunelo;

import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A network's addresses.
 *
 * @param project that it belongs to
 * @param prefix of its addresses, their first two bytes with the dots
 * @param third the third byte of its first address
 * @param length of the prefix in bits, 16 or more
 */
record Subnet(String uuid, String name, String project, String prefix, int third, int length) {

  String cidr() {
    return prefix + third + ".0/" + length;
  }

  boolean contains(String ip) {
    return ip.startsWith(prefix) && addresses().anyMatch(ip::equals);
  }

  /** Without those of the network, the gateway and the broadcast. */
  Stream<String> addresses() {
    int last = (1 << (32 - length)) - 2;
    return IntStream.rangeClosed(2, last)
        .mapToObj(host -> prefix + (third + (host >> 8)) + "." + (host & 255));
  }
}
