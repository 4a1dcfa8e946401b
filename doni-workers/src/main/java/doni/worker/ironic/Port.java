package doni.worker.ironic;

import java.util.Map;

/**
 * A network interface of a node, as Ironic knows it.
 *
 * @param macAddress in lower case
 * @param extra free for everybody; without nulls
 * @param link the switch port behind it; empty when it is not known
 */
record Port(
    String uuid,
    String nodeUuid,
    String macAddress,
    Map<String, Object> extra,
    boolean pxeEnabled,
    Map<String, Object> link) {

  Port {
    extra = Map.copyOf(extra);
    link = Map.copyOf(link);
  }
}
