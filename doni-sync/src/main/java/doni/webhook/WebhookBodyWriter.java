package doni.webhook;

import doni.event.HardwareEvent;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes the body of a request in the format of its receiver. */
final class WebhookBodyWriter {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'+00:00'").withZone(ZoneOffset.UTC);

  private final JsonMapper json;
  private final ChatMessageWriter messages;

  WebhookBodyWriter(JsonMapper json, ChatMessageWriter messages) {
    this.json = json;
    this.messages = messages;
  }

  byte[] body(WebhookFormat format, HardwareEvent event) {
    return json.writeValueAsBytes(
        switch (format) {
          case EVENT -> event(event);
          // Slack would otherwise show a preview of the page, which is a login form.
          case SLACK ->
              Map.of(
                  "text", messages.text(event, ChatMarkup.SLACK),
                  "unfurl_links", false,
                  "unfurl_media", false);
          case MATTERMOST -> Map.of("text", messages.text(event, ChatMarkup.MATTERMOST));
        });
  }

  /** As the API shows an event. */
  private static Map<String, @Nullable Object> event(HardwareEvent event) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("id", event.id());
    body.put("hardware_uuid", event.hardware().toString());
    body.put("at", TIME.format(event.at()));
    body.put("kind", event.kind());
    body.put("generation", event.generation());
    body.put("worker_type", event.workerType());
    body.put("user_id", event.userId());
    body.put("project_id", event.projectId());
    body.put("request_id", event.requestId());
    body.put("body", event.body());
    return body;
  }
}
