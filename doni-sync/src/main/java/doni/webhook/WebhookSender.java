package doni.webhook;

import doni.database.BackgroundDatabaseGauge;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore;
import doni.event.HardwareEventStore.EventFeedPosition;
import doni.event.HardwareEventStore.EventFilter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers events to one receiver, in the order in which they can be followed. An event that cannot
 * be delivered delays all later events of this receiver, and of no other. Undelivered events stay
 * in the event log; those that retention removes are never delivered. Only an event that the
 * receiver itself refuses for an hour is skipped.
 *
 * <p>{@code doni.webhook.deliveries} counts {@code delivered}, {@code failed} and {@code skipped}
 * events; {@code doni.webhook.lag} is the age of the oldest undelivered event, in seconds; {@code
 * doni.webhook.stopped} is 1 after the receiver answered 410.
 */
final class WebhookSender {

  private static final Logger LOG = LoggerFactory.getLogger(WebhookSender.class);
  private static final EventFilter ALL = new EventFilter(null, null, null, null);
  private static final int PAGE = 100;

  /** How long a receiver may refuse an event before it is skipped. */
  private static final Duration PATIENCE = Duration.ofHours(1);

  /** The longest delay that a receiver can request. */
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  private static final String TAG = "webhook";

  private final WebhookReceiver webhook;
  private final HardwareEventStore events;
  private final WebhookCursorStore cursors;
  private final WebhookClient client;
  private final IntFunction<Duration> backOff;
  private final Counter delivered;
  private final Counter failed;
  private final Counter skipped;

  /**
   * @param backOff the delay after a number of consecutive failures
   */
  WebhookSender(
      WebhookReceiver webhook,
      HardwareEventStore events,
      WebhookCursorStore cursors,
      WebhookClient client,
      IntFunction<Duration> backOff,
      MeterRegistry meters) {
    this.webhook = webhook;
    this.events = events;
    this.cursors = cursors;
    this.client = client;
    this.backOff = backOff;
    this.delivered = counter(meters, "delivered");
    this.failed = counter(meters, "failed");
    this.skipped = counter(meters, "skipped");
    Tags tags = Tags.of(TAG, webhook.name());
    BackgroundDatabaseGauge.register(
        meters, "doni.webhook.lag", tags, "seconds", () -> cursors.lag(webhook));
    BackgroundDatabaseGauge.register(
        meters, "doni.webhook.stopped", tags, null, () -> cursors.isStopped(webhook) ? 1 : 0);
  }

  private Counter counter(MeterRegistry meters, String outcome) {
    return Counter.builder("doni.webhook.deliveries")
        .tag(TAG, webhook.name())
        .tag("outcome", outcome)
        .register(meters);
  }

  /** Registers the webhook; a new one starts with events from now on. */
  void register() {
    cursors.register(webhook, events.end());
  }

  /**
   * Delivers all undelivered events, until one fails.
   *
   * @param goesOn checked before each event
   */
  void send(BooleanSupplier goesOn) {
    Optional<WebhookCursorStore.Cursor> cursor = cursors.hold(webhook);
    if (cursor.isEmpty()) {
      return;
    }
    EventFeedPosition position = cursor.get().position();
    int failures = cursor.get().failures();
    boolean more = true;
    while (more && goesOn.getAsBoolean()) {
      List<HardwareEvent> page = events.following(position, ALL, PAGE);
      more = page.size() == PAGE;
      if (!page.isEmpty()) {
        if (!deliver(page, failures, goesOn)) {
          return;
        }
        position = page.getLast().position();
        failures = 0;
      }
    }
    if (!goesOn.getAsBoolean()) {
      cursors.release(webhook);
    }
  }

  private boolean deliver(List<HardwareEvent> page, int failures, BooleanSupplier goesOn) {
    int before = failures;
    for (HardwareEvent event : page) {
      if (webhook.wants(event.kind())) {
        if (!goesOn.getAsBoolean()) {
          cursors.release(webhook);
          return false;
        }
        if (!deliver(event, before)) {
          return false;
        }
        before = 0;
      }
    }
    return cursors.advance(webhook, page.getLast().position());
  }

  private boolean deliver(HardwareEvent event, int failures) {
    return switch (client.deliver(webhook, event)) {
      case DeliveryResult.Delivered() -> {
        delivered.increment();
        if (failures > 0) {
          LOG.info("Webhook {} delivers again", webhook.name());
        }
        yield cursors.advance(webhook, event.position());
      }
      case DeliveryResult.NotDelivered failure -> {
        failed.increment();
        boolean hopeless =
            failure.refused() && cursors.refusedFor(webhook).compareTo(PATIENCE) >= 0;
        yield hopeless ? skip(event, failure) : wait(failure, failures);
      }
      case DeliveryResult.ReceiverGone() -> {
        failed.increment();
        cursors.stop(webhook, "it answered 410");
        LOG.error(
            "Webhook {} stopped: its receiver answered 410; configure another URL, or remove it",
            webhook.name());
        yield false;
      }
      case DeliveryResult.BrokenOff() -> {
        cursors.release(webhook);
        yield false;
      }
    };
  }

  private boolean wait(DeliveryResult.NotDelivered failure, int failures) {
    Duration wait = backOff.apply(failures + 1);
    Duration asked = failure.after().compareTo(LONGEST_WAIT) < 0 ? failure.after() : LONGEST_WAIT;
    cursors.fail(
        webhook, failure.reason(), asked.compareTo(wait) > 0 ? asked : wait, failure.refused());
    if (failures == 0) {
      LOG.warn("Webhook {} waits: {}", webhook.name(), failure.reason());
    }
    return false;
  }

  /** Skips an event that the receiver will never accept, so that later events are delivered. */
  private boolean skip(HardwareEvent event, DeliveryResult.NotDelivered failure) {
    skipped.increment();
    LOG.error(
        "Webhook {} skipped event {} ({}), which its receiver refused for an hour: {}",
        webhook.name(),
        event.id(),
        event.kind(),
        failure.reason());
    return cursors.advance(webhook, event.position());
  }

  String name() {
    return webhook.name();
  }
}
