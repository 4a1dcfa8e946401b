package doni.worker.ironic;

import java.util.Map;

/**
 * A port as it is to be.
 *
 * @param macAddress in lower case
 * @param link {@code switch_id}, {@code port_id} and {@code switch_info}, or nothing
 */
record PortWish(String macAddress, String name, boolean pxeEnabled, Map<String, Object> link) {

  PortWish {
    link = Map.copyOf(link);
  }
}
