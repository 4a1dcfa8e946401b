package doni.mail;

import doni.mail.MailServer.MailResult;
import doni.mail.OwnerMailStore.DueMail;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is due, one mail to each address, at least once. One replica sends at a time; another
 * one continues when it dies. While the mail server is unavailable, nothing is lost and nothing
 * else waits.
 *
 * <p>{@code doni.mail.messages} counts mails by outcome: {@code sent}, {@code refused} (the address
 * or the message), {@code failed} (the mail server).
 */
final class OwnerMailSender {

  private static final Logger LOG = LoggerFactory.getLogger(OwnerMailSender.class);
  private static final Duration NO_ADDRESS = Duration.ofDays(1);

  private final OwnerMailStore store;
  private final MailServer server;
  private final OwnerMailWriter writer;
  private final IntFunction<Duration> backOff;
  private final Clock clock;
  private final Counter sent;
  private final Counter refused;
  private final Counter failed;

  /**
   * @param backOff the delay after a number of consecutive failures
   */
  OwnerMailSender(
      OwnerMailStore store,
      MailServer server,
      OwnerMailWriter writer,
      IntFunction<Duration> backOff,
      MeterRegistry meters,
      Clock clock) {
    this.store = store;
    this.server = server;
    this.writer = writer;
    this.backOff = backOff;
    this.clock = clock;
    this.sent = counter(meters, "sent");
    this.refused = counter(meters, "refused");
    this.failed = counter(meters, "failed");
  }

  private static Counter counter(MeterRegistry meters, String outcome) {
    return Counter.builder("doni.mail.messages").tag("outcome", outcome).register(meters);
  }

  /**
   * Sends all that is due, until the mail server fails.
   *
   * @param goesOn checked before each mail
   */
  void send(BooleanSupplier goesOn) {
    if (!store.hasDue(clock.instant())) {
      return;
    }
    Optional<Integer> failures = store.hold();
    if (failures.isEmpty()) {
      return;
    }
    MailTurn turn = new MailTurn(true, failures.get());
    while (turn.held() && goesOn.getAsBoolean()) {
      Optional<DueMail> due = store.next(clock.instant());
      if (due.isEmpty()) {
        break;
      }
      turn = send(due.get(), turn.failures());
    }
    if (turn.held()) {
      store.release();
    }
  }

  /**
   * What one mail leaves to the next.
   *
   * @param held whether this replica may go on
   * @param failures of the mail server, consecutive
   */
  private record MailTurn(boolean held, int failures) {}

  private MailTurn send(DueMail due, int failures) {
    Instant now = clock.instant();
    Optional<MailAddress> address = MailAddress.parse(due.address());
    if (address.isEmpty()) {
      Instant until = now.plus(NO_ADDRESS);
      warn(due, "contact_email is not one plain address", until);
      return new MailTurn(store.unusable(due.address(), until), failures);
    }
    return switch (server.send(address.get(), writer.write(due))) {
      case MailResult.Sent() -> {
        sent.increment();
        answered(failures);
        yield new MailTurn(store.sent(due, now), 0);
      }
      case MailResult.MailRefused(String reason, Duration pause) -> {
        Instant until = now.plus(pause);
        answered(failures);
        warn(due, reason, until);
        yield new MailTurn(store.refused(due.address(), until), 0);
      }
      case MailResult.ServerFailed(String reason) -> {
        failed.increment();
        store.fail(backOff.apply(failures + 1));
        if (failures == 0) {
          LOG.warn("No mail can be sent; trying again: {}", reason);
        }
        yield new MailTurn(false, failures + 1);
      }
    };
  }

  private static void answered(int failures) {
    if (failures > 0) {
      LOG.info("The mail server works again");
    }
  }

  private void warn(DueMail due, String reason, Instant until) {
    refused.increment();
    OwnerProblem first = due.begun().isEmpty() ? due.ended().getFirst() : due.begun().getFirst();
    LOG.warn("The contact of device {} gets no mail until {}: {}", first.device(), until, reason);
  }
}
