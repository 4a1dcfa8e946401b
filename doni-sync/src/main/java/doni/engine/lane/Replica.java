package doni.engine.lane;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.UUID;

/**
 * This process, as the others see it in queue rows. A new start is a new replica, so that what the
 * last one left behind is not taken for this one's.
 */
record Replica(String name) {

  /** db-scheduler keeps 50 characters. */
  private static final int LONGEST_HOST = 40;

  static Replica here() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "unnamed";
    }
    String id = UUID.randomUUID().toString().substring(0, 8);
    return new Replica(host.substring(0, Math.min(LONGEST_HOST, host.length())) + "-" + id);
  }
}
