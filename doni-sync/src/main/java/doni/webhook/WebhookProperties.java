package doni.webhook;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is under {@code doni.webhooks.<name>}, unchecked.
 *
 * @param url where events are posted to
 * @param secret what they are signed with
 * @param events kinds of events, {@code worker.*} for all that begin so; the default of the format
 *     if empty
 * @param format the name of a {@link WebhookFormat}, in any case
 */
record WebhookProperties(
    @Nullable String url,
    @Nullable String secret,
    @DefaultValue List<String> events,
    @DefaultValue("event") String format) {

  WebhookProperties {
    events = List.copyOf(events);
  }

  /** Without the values, which are or may hold secrets. */
  @Override
  public String toString() {
    return "WebhookProperties" + events;
  }
}
