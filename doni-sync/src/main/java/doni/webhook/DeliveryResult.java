package doni.webhook;

import java.time.Duration;

/** The result of delivering an event to a receiver. */
sealed interface DeliveryResult {

  /** The receiver accepted it: 2xx. */
  record Delivered() implements DeliveryResult {}

  /**
   * The receiver did not accept it, or the result is unknown; it is delivered again.
   *
   * @param reason without a secret
   * @param after the delay that the receiver requested; zero for none
   * @param refused whether the receiver refuses this event itself
   */
  record NotDelivered(String reason, Duration after, boolean refused) implements DeliveryResult {}

  /** The receiver wants no more events: 410. */
  record ReceiverGone() implements DeliveryResult {}

  /** The replica is stopping. */
  record BrokenOff() implements DeliveryResult {}
}
