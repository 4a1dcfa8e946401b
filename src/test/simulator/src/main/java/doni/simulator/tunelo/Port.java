package doni.simulator.tunelo;

import org.jspecify.annotations.Nullable;

/**
 * A port of Neutron: a channel, a hub, or the port of another client.
 *
 * @param publicKey of a hub that is not ready: null
 * @param hub of a channel, the uuid of its hub; null once it was cut off
 */
record Port(
    String uuid,
    Kind kind,
    String project,
    Subnet subnet,
    String ip,
    @Nullable String publicKey,
    @Nullable String endpoint,
    @Nullable String hub) {

  enum Kind {
    CHANNEL,
    HUB,
    ORDINARY
  }

  Port withKey(@Nullable String key, @Nullable String newEndpoint) {
    return new Port(uuid, kind, project, subnet, ip, key, newEndpoint, hub);
  }

  Port cutOff() {
    return new Port(uuid, kind, project, subnet, ip, publicKey, endpoint, null);
  }
}
