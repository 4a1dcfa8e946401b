package doni.webhook;

import java.util.List;

/** What a receiver is sent. */
enum WebhookFormat {
  /** The event, as the API shows it. */
  EVENT,
  /** A message for an incoming webhook of Slack. */
  SLACK,
  /** A message for an incoming webhook of Mattermost. */
  MATTERMOST;

  /** What people in a chat want to know; the other events would hide it. */
  private static final List<String> FOR_PEOPLE =
      List.of(
          "device.online",
          "device.degraded",
          "device.offline",
          "devices.*",
          "worker.failed",
          "hardware.quarantined",
          "hardware.released");

  boolean isChat() {
    return this != EVENT;
  }

  /** Returns the kinds of events that are sent where none are configured; empty for all. */
  List<String> usualEvents() {
    return isChat() ? FOR_PEOPLE : List.of();
  }
}
