package doni.availability;

import doni.enrollment.HardwareId;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads what is published about a device, as a read of that device does. */
final class PublishedAvailability {

  private static final String ONE =
      "select "
          + DeviceAvailabilityReader.COLUMNS
          + " from hardware h"
          + DeviceAvailabilityReader.JOIN
          + "where h.uuid = ?";

  private PublishedAvailability() {}

  /** Returns null if no source ever reported the device. */
  static @Nullable DeviceAvailability of(
      HardwareId device, JdbcClient jdbc, DeviceAvailabilityReader reader) {
    return jdbc.sql(ONE)
        .param(reader.blind())
        .param(device.value())
        .query(row -> row.next() ? DeviceAvailabilityReader.published(row) : null);
  }
}
