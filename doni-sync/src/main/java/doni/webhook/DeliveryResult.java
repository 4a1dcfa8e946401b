package doni.webhook;

import java.time.Duration;

/** How it went to tell a receiver of an event. */
sealed interface DeliveryResult {

  /** It has it: 2xx. */
  record Done() implements DeliveryResult {}

  /**
   * It does not have it, or nobody knows; it is told again.
   *
   * @param reason without a secret
   * @param after what the receiver asked to wait, zero if nothing
   * @param refused whether it is this event that the receiver does not take
   */
  record Failed(String reason, Duration after, boolean refused) implements DeliveryResult {}

  /** It wants no more: 410. */
  record Refused() implements DeliveryResult {}

  /** The replica is about to stop. */
  record BrokenOff() implements DeliveryResult {}
}
