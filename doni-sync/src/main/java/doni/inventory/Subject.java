package doni.inventory;

import doni.device.Device;
import java.util.Map;

/**
 * What a worker works on.
 *
 * @param details what it reported so far
 */
public record Subject(Device device, Map<String, Object> details) {}
