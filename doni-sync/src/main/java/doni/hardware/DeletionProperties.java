package doni.hardware;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of deletions, under {@code doni.deletions}.
 *
 * @param warnAfter time after which a deletion that is not cleaned up is logged as a warning, and
 *     again after each further such time, at least {@code 1m}
 */
@ConfigurationProperties(prefix = "doni.deletions", ignoreUnknownFields = false)
@Validated
record DeletionProperties(@DefaultValue("1h") Duration warnAfter) {

  public DeletionProperties {
    if (warnAfter.compareTo(Duration.ofMinutes(1)) < 0) {
      throw new IllegalArgumentException(
          "doni.deletions.warn-after is '" + warnAfter + "'; allowed: 1m or longer");
    }
  }
}
