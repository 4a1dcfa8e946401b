package doni.webhook;

import doni.enrollment.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * A receiver of events.
 *
 * @param secret null for a chat that gets unsigned messages
 * @param events kinds of events, {@code worker.*} for all that begin so; all if empty
 */
record WebhookReceiver(
    String name, URI url, @Nullable Secret secret, List<String> events, WebhookFormat format) {

  private static final int SHORTEST_SECRET = 16;
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?");
  private static final Pattern KIND = Pattern.compile("[a-z_]+(\\.[a-z_]+)*(\\.\\*)?");

  WebhookReceiver {
    events = List.copyOf(events);
  }

  /**
   * @throws InvalidConfigurationPropertyValueException names the key that is wrong, and no value
   */
  static WebhookReceiver of(String name, WebhookProperties properties) {
    String key = "doni.webhooks." + name;
    if (!NAME.matcher(name).matches()) {
      throw refused(
          key,
          "must be the name of a webhook; allowed: lower-case letters, digits and hyphens, at most"
              + " 64");
    }
    for (String event : properties.events()) {
      if (!KIND.matcher(event).matches()) {
        throw refused(
            key + ".events",
            "must list kinds of events; allowed: for example hardware.created, or worker.*");
      }
    }
    WebhookFormat format = format(key + ".format", properties.format());
    return new WebhookReceiver(
        name,
        url(key + ".url", properties.url()),
        format.isChat() && properties.secret() == null
            ? null
            : secret(key + ".secret", properties.secret()),
        properties.events().isEmpty() ? format.usualEvents() : properties.events(),
        format);
  }

  private static WebhookFormat format(String key, String text) {
    for (WebhookFormat format : WebhookFormat.values()) {
      if (format.name().equalsIgnoreCase(text)) {
        return format;
      }
    }
    throw refused(key, "must be a format; allowed: event, slack, mattermost");
  }

  private static URI url(String key, @Nullable String text) {
    try {
      URI url = new URI(text == null ? "" : text);
      boolean http = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
      if (http && url.getHost() != null && url.getUserInfo() == null && url.getFragment() == null) {
        return url;
      }
    } catch (URISyntaxException _) {
      // Its message quotes the URL, which may hold a secret.
    }
    throw refused(
        key,
        "must be a URL; allowed: https://host/path or http://host/path, without user and fragment");
  }

  private static Secret secret(String key, @Nullable String text) {
    if (text == null || text.length() < SHORTEST_SECRET) {
      throw refused(
          key,
          "is too short; allowed: "
              + SHORTEST_SECRET
              + " characters or more (openssl rand -hex 32)");
    }
    return new Secret(text);
  }

  private static InvalidConfigurationPropertyValueException refused(String key, String reason) {
    return new InvalidConfigurationPropertyValueException(key, null, reason);
  }

  boolean wants(String kind) {
    return events.isEmpty()
        || events.stream()
            .anyMatch(event ->
                event.endsWith("*")
                    ? kind.startsWith(event.substring(0, event.length() - 1))
                    : kind.equals(event));
  }

  /** Without what may be secret. */
  @Override
  public String toString() {
    return "Webhook[" + name + "]";
  }
}
