package doni.availability;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of device availability, under {@code doni.availability}.
 *
 * @param stableFor time that a device must respond without a break before it is published as online
 *     again; a device that flaps faster stays offline
 * @param incidentDevices number of devices that are lost within 30 s from which they are one
 *     incident with one event, at least {@code 2}
 * @param retention time that the history of device availability is kept, at least {@code 30d}
 */
@ConfigurationProperties(prefix = "doni.availability", ignoreUnknownFields = false)
@Validated
record AvailabilityProperties(
    @DefaultValue("30s") Duration stableFor,
    @DefaultValue("20") int incidentDevices,
    @DefaultValue("90d") Duration retention) {

  public AvailabilityProperties {
    if (stableFor.isNegative()) {
      throw new IllegalArgumentException(
          "doni.availability.stable-for is '" + stableFor + "'; allowed: 0s or longer");
    }
    if (incidentDevices < 2) {
      throw new IllegalArgumentException(
          "doni.availability.incident-devices is '" + incidentDevices + "'; allowed: 2 or more");
    }
    if (retention.compareTo(AvailabilityHistory.PERIOD) < 0) {
      throw new IllegalArgumentException(
          "doni.availability.retention is '" + retention + "'; allowed: 30d or longer");
    }
  }
}
