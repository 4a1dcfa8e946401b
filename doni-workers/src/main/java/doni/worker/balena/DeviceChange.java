package doni.worker.balena;

import org.jspecify.annotations.Nullable;

/**
 * What is to be different about a device.
 *
 * @param name null leaves it
 * @param type the number of a device type; null leaves it
 */
record DeviceChange(@Nullable String name, @Nullable Long type) {

  boolean isEmpty() {
    return name == null && type == null;
  }
}
