package doni.engine.lane;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.UUID;

/**
 * This process as other replicas see it in queue rows. Every start is a new replica, so that rows
 * of an earlier process are not taken for its own.
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
