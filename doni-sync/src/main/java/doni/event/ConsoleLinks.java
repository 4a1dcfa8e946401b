package doni.event;

import doni.enrollment.HardwareId;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Links to pages of the console, for messages that people read elsewhere.
 *
 * @param console the URL at which users open the console, without a final slash; null leaves the
 *     links out
 */
public record ConsoleLinks(@Nullable String console) {

  /** The setting with the URL. */
  public static final String KEY = "doni.console.url";

  /**
   * Reads the setting.
   *
   * @param url null or empty for none
   * @throws InvalidConfigurationPropertyValueException names the key and what is allowed
   */
  public static ConsoleLinks of(@Nullable String url) {
    if (url == null || url.isBlank()) {
      return new ConsoleLinks(null);
    }
    if (!isPlainUrl(url)) {
      throw new InvalidConfigurationPropertyValueException(
          KEY,
          url,
          "must be the URL at which users open the console; allowed: for example"
              + " https://doni.example.org/console, without user, query and fragment");
    }
    return new ConsoleLinks(url.replaceFirst("/+$", ""));
  }

  /** Parentheses, quotes and the like would end a link in the markup of a chat. */
  private static boolean isPlainUrl(String url) {
    try {
      URI uri = new URI(url);
      boolean http = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
      return http
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && url.matches("[A-Za-z0-9:/._~%\\[\\]-]+");
    } catch (URISyntaxException _) {
      return false;
    }
  }

  /** Returns the link to the page of a device. */
  public Optional<String> device(HardwareId id) {
    return Optional.ofNullable(console).map(url -> url + "/devices/" + id);
  }

  /** Returns the link to the overview of all devices. */
  public Optional<String> fleet() {
    return Optional.ofNullable(console);
  }
}
