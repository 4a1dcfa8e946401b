package doni.mail;

import doni.database.DatabasePoller;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Works out problems and sends mail, each on its own thread, so that neither delays the other. */
final class MailRunner implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(MailRunner.class);
  private static final Duration UPDATE = Duration.ofSeconds(30);
  private static final Duration SEND = Duration.ofSeconds(10);
  private static final Duration STOP = Duration.ofSeconds(2);

  private final OwnerProblemMonitor monitor;
  private final OwnerMailSender sender;
  private final DatabasePoller poller = new DatabasePoller("mail", 2);
  private volatile boolean running;

  MailRunner(OwnerProblemMonitor monitor, OwnerMailSender sender) {
    this.monitor = monitor;
    this.sender = sender;
  }

  @Override
  public void start() {
    running = true;
    poller.every("Search for problems of devices", SEND, UPDATE, monitor::update);
    poller.every("Mail to owners", SEND, SEND, () -> sender.send(() -> running));
  }

  @Override
  public void stop() {
    running = false;
    poller.stop();
    try {
      if (!poller.awaitStopped(STOP)) {
        LOG.info("A mail is still being sent; another replica continues within two minutes");
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
