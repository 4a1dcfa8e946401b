package doni.worker.tunelo;

/**
 * A channel that a device is to have.
 *
 * @param name under which it is enrolled, {@code user} or {@code mgmt}
 * @param publicKey the device's WireGuard key, known to be well-formed
 */
record ChannelWish(String name, String type, String publicKey) {}
