package doni.event;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the event log, under {@code doni.events}.
 *
 * @param retention time that events are kept, at least {@code 1d}
 */
@ConfigurationProperties(prefix = "doni.events", ignoreUnknownFields = false)
@Validated
record EventProperties(@DefaultValue("365d") Duration retention) {

  public EventProperties {
    if (retention.compareTo(Duration.ofDays(1)) < 0) {
      throw new IllegalArgumentException(
          "doni.events.retention is '" + retention + "'; allowed: 1d or longer");
    }
  }
}
