package doni.worker.tunelo;

import org.jspecify.annotations.Nullable;

/**
 * The hub at the other end of a channel.
 *
 * @param publicKey null until the hub's interface was made
 * @param endpoint {@code address:port}, where a device reaches it; null until its interface was
 *     made
 * @param ip its address in the tunnel
 * @param active whether its interface is up; says nothing of the device
 */
record Peer(
    String uuid,
    @Nullable String publicKey,
    @Nullable String endpoint,
    @Nullable String ip,
    boolean active) {

  /** Whether a device can be told all it needs. */
  boolean isComplete() {
    return publicKey != null && endpoint != null;
  }
}
