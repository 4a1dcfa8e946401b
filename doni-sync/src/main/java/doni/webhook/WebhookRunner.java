package doni.webhook;

import doni.database.DatabasePoller;
import java.time.Duration;
import java.util.List;
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
  private final DatabasePoller poller;
  private volatile boolean running;

  WebhookRunner(List<WebhookSender> senders, WebhookClient receiver) {
    this.senders = List.copyOf(senders);
    this.receiver = receiver;
    this.poller = new DatabasePoller("webhook", senders.size());
  }

  @Override
  public void start() {
    running = true;
    for (WebhookSender sender : senders) {
      sender.register();
      poller.every(
          "Webhook " + sender.name(), Duration.ZERO, POLL, () -> sender.send(() -> running));
    }
  }

  @Override
  public void stop() {
    running = false;
    poller.stop();
    receiver.close();
    try {
      if (!poller.awaitStopped(STOP)) {
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
