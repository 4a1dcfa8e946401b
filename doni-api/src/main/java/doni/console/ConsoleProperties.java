package doni.console;

import doni.event.ConsoleLinks;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the web console, under {@code doni.console}.
 *
 * @param enabled whether the console is served
 * @param url where users open the console; read by {@link ConsoleLinks}, for links in messages
 * @param sessionTimeout time without a request after which a session ends
 * @param sessionLifetime time after which a session ends in any case; the token from Keystone may
 *     expire earlier
 * @param websso single sign-on through Keystone
 */
@ConfigurationProperties(prefix = "doni.console", ignoreUnknownFields = false)
@Validated
record ConsoleProperties(
    @DefaultValue("true") boolean enabled,
    @Nullable String url,
    @DefaultValue("30m") Duration sessionTimeout,
    @DefaultValue("12h") Duration sessionLifetime,
    @DefaultValue WebSsoProperties websso) {

  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(7);

  public ConsoleProperties {
    var _ = ConsoleLinks.of(url);
    requireInRange("session-timeout", sessionTimeout);
    requireInRange("session-lifetime", sessionLifetime);
    // Keystone compares the address to which it sends tokens with its own list, so it cannot be
    // that
    // of a request, which a client chooses.
    if (!websso.choices().isEmpty() && (url == null || url.isBlank())) {
      throw new IllegalArgumentException(
          "doni.console.url is ''; allowed: with doni.console.websso.choices, the URL at which users"
              + " open the console");
    }
  }

  private static void requireInRange(String name, Duration value) {
    if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "doni.console.%s is '%s'; allowed: 1m to 7d".formatted(name, value));
    }
  }
}
