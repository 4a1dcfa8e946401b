package doni.simulator.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of 127.0.0.1 for servers that listen later, or again.
 *
 * <p>A port that the kernel chose for a server that listens no longer is one that it also gives to
 * connections: another test's request can take it before the server listens. These lie below that
 * range, which on Linux starts at 32768.
 */
public final class FreePort {

  private static final int FIRST = 12_000;
  private static final int END = 32_000;
  private static final int TRIES = 100;

  private FreePort() {}

  /**
   * A port at which nothing listens, and which no connection is given.
   *
   * @throws IllegalStateException when none of 100 was free
   */
  public static int find() {
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("none of " + TRIES + " ports was free");
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
