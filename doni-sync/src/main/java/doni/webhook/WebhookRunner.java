package doni.webhook;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Runs the webhooks of this replica, each on its own thread. */
final class WebhookRunner implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(WebhookRunner.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration STOP = Duration.ofSeconds(2);

  private final List<WebhookSender> senders;
  private final WebhookClient receiver;
  private final ScheduledExecutorService executor;
  private volatile boolean running;

  WebhookRunner(List<WebhookSender> senders, WebhookClient receiver) {
    this.senders = List.copyOf(senders);
    this.receiver = receiver;
    this.executor =
        Executors.newScheduledThreadPool(
            senders.size(), Thread.ofVirtual().name("webhook-", 0).factory());
  }

  @Override
  public void start() {
    running = true;
    for (WebhookSender sender : senders) {
      sender.register();
      var _ =
          executor.scheduleWithFixedDelay(
              () -> send(sender), 0, POLL.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void send(WebhookSender sender) {
    try {
      sender.send(() -> running);
    } catch (RuntimeException e) {
      // An uncaught exception would end the repetition.
      LOG.warn("Webhook {} failed; retrying soon", sender.name(), e);
    }
  }

  @Override
  public void stop() {
    running = false;
    executor.shutdown();
    receiver.close();
    try {
      if (!executor.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.info("A webhook did not stop in time; another replica continues within a minute");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** It cannot be started again. */
  @Override
  public boolean isPauseable() {
    return false;
  }
}
