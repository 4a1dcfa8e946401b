package doni.availability;

import doni.availability.AgentContacts.AgentContact;
import doni.database.DatabasePoller;
import doni.worker.DeviceSignal;
import doni.worker.DeviceSignal.SignalReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Writes the contacts of agents, and reports once a minute which devices are in contact: the source
 * {@value AvailabilityRule#AGENT}. All replicas write; one reports.
 */
final class AgentContactMonitor implements SmartLifecycle {

  private static final Duration WRITE = Duration.ofSeconds(15);
  private static final Duration REPORT = Duration.ofMinutes(1);

  private final AgentContacts contacts;
  private final AgentContactStore store;
  private final DeviceSignalStore signals;
  private final TransactionTemplate transaction;
  private final Clock clock;
  private final DatabasePoller poller = new DatabasePoller("agent-contacts", 1);
  private volatile @Nullable Instant startedAt;

  AgentContactMonitor(
      AgentContacts contacts,
      AgentContactStore store,
      DeviceSignalStore signals,
      TransactionTemplate transaction,
      Clock clock) {
    this.contacts = contacts;
    this.store = store;
    this.signals = signals;
    this.transaction = transaction;
    this.clock = clock;
  }

  @Override
  public void start() {
    startedAt = clock.instant();
    poller.every("Writing the contacts of agents", WRITE, WRITE, this::write);
    poller.every("Reporting the contacts of agents", REPORT, REPORT, this::report);
  }

  @Override
  public void stop() {
    startedAt = null;
    poller.stopNow();
  }

  @Override
  public boolean isRunning() {
    return startedAt != null;
  }

  /** It cannot be started again. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  /** What cannot be written is lost: agents ask again within a minute. */
  void write() {
    Map<AgentContact, Instant> noted = contacts.take();
    if (!noted.isEmpty()) {
      store.write(noted);
    }
  }

  /**
   * Reports, unless another replica does so. A service that has just started says nothing: agents
   * may have asked in vain while it was down.
   */
  void report() {
    Instant now = clock.instant();
    Instant began = startedAt;
    if (began == null || began.plus(AgentContactStore.SILENT_AFTER).isAfter(now)) {
      return;
    }
    transaction.executeWithoutResult(_ -> {
      if (store.claimReport()) {
        List<DeviceSignal> found = store.signals(now);
        if (!found.isEmpty()) {
          signals.writeListed(AvailabilityRule.AGENT, SignalReport.shown(found), now);
        }
      }
    });
  }
}
