package doni.simulator.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of 127.0.0.1 for servers that listen later, or again.
 *
 * <p>A port that the kernel chose for a server that listens no longer is one that it also gives to
 * connections: another test's request can take it before the server listens. These lie below that
 * range, which on Linux starts at 32768. Each is given once, and test JVMs that run side by side,
 * which {@code doni.test.jvm} tells apart, have ranges of their own: some seconds pass until a
 * server listens, and another test could be given the same port meanwhile.
 */
public final class FreePort {

  private static final int FIRST = 12_000;
  private static final int RANGES = 4;
  private static final int RANGE = 5_000;
  private static final int TRIES = 100;

  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private FreePort() {}

  /**
   * A port at which nothing listens, and which neither a connection nor another caller is given.
   *
   * @throws IllegalStateException when none of 100 was free
   */
  public static int find() {
    int first = first(System.getProperty("doni.test.jvm", ""));
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(first, first + RANGE);
      if (GIVEN.add(port) && isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("none of " + TRIES + " ports was free");
  }

  /**
   * Returns the first port of the range of a test JVM.
   *
   * @param jvm its name, which ends with its number; other names have the first range
   */
  static int first(String jvm) {
    String number = jvm.replaceFirst("^.*?(\\d{0,4})$", "$1");
    return FIRST + (number.isEmpty() ? 0 : Integer.parseInt(number) % RANGES) * RANGE;
  }

  private static boolean isFree(int port) {
    try {
      new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
