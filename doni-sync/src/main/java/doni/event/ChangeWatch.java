package doni.event;

import doni.database.DatabasePoller;
import doni.enrollment.HardwareId;
import doni.event.HardwareEventStore.EventFeedPosition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;

/**
 * Notices that something has changed, on any replica, for those who show it. However many watch,
 * the database is read {@value #READS_PER_SECOND} times a second; while none does, not at all.
 *
 * <p>A notice says what changed, not how: who gets one reads the present state by the rules of the
 * use case. So notices may be dropped while an earlier one has not been taken.
 */
public final class ChangeWatch {

  private static final Logger LOG = LoggerFactory.getLogger(ChangeWatch.class);

  static final int READS_PER_SECOND = 4;

  private static final int PAGE = 1_000;

  /** The kind of a notice that a lane was paused, or starts attempts again. */
  private static final String LANES = "lanes";

  /** The kind of a notice that a resync run began, ended, was paused, or got further. */
  private static final String RUNS = "runs";

  /** Every second one: a run has a row for each of its tasks. */
  private static final int READS_PER_READ_OF_RUNS = 2;

  private static final ChangeNotice OF_RUNS = new ChangeNotice(HardwareEventStore.SITE, null, RUNS);

  private final HardwareEventStore events;
  private final Supplier<?> lanes;
  private final Supplier<?> runs;
  private final DatabasePoller poller = new DatabasePoller("change-watch", 1);
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
  private boolean started;

  /** Not under the lock, which is held while the database is read. */
  private volatile boolean closed;

  private @Nullable EventFeedPosition position;
  private @Nullable Object seenLanes;
  private @Nullable Object seenRuns;
  private int reads;

  /**
   * @param lanes reads what is shown of the lanes, which writes no events
   * @param runs reads how far the resync runs are, which write no events; asked only while a
   *     watcher wants to know
   */
  public ChangeWatch(HardwareEventStore events, Supplier<?> lanes, Supplier<?> runs) {
    this.events = events;
    this.lanes = lanes;
    this.runs = runs;
  }

  /**
   * What changed.
   *
   * @param hardware {@link HardwareEventStore#SITE} if it concerns more than one hardware
   * @param projectId the project of the hardware; null for the site
   * @param kind the kind of the event, or {@code lanes} or {@code runs}
   */
  public record ChangeNotice(HardwareId hardware, @Nullable String projectId, String kind) {

    /** Returns whether it is about the lanes, which every caller may see. */
    public boolean ofLanes() {
      return kind.equals(LANES);
    }

    /** Returns whether it is about the resync runs, which few callers may see. */
    public boolean ofRuns() {
      return kind.equals(RUNS);
    }
  }

  /** A notice with the position of its event. */
  record EventNotice(EventFeedPosition position, ChangeNotice notice) {}

  /** Receives notices, for one thread, until it is closed. */
  public final class Watcher implements AutoCloseable {

    private final Predicate<ChangeNotice> wanted;
    private final BlockingQueue<ChangeNotice> next = new ArrayBlockingQueue<>(1);

    private Watcher(Predicate<ChangeNotice> wanted) {
      this.wanted = wanted;
    }

    /** Waits for a notice; empty if there is none for that long, or if the service stops. */
    public Optional<ChangeNotice> await(Duration patience) throws InterruptedException {
      return Optional.ofNullable(next.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void offer(ChangeNotice notice) {
      if (wanted.test(notice)) {
        boolean _ = next.offer(notice);
      }
    }

    @Override
    public void close() {
      watchers.remove(this);
    }
  }

  /** Starts to watch: every change that is committed from now on leads to a notice. */
  public Watcher watch(Predicate<ChangeNotice> wanted) {
    Watcher watcher = new Watcher(wanted);
    synchronized (lock) {
      if (position == null) {
        position = events.end();
      }
      watchers.add(watcher);
      if (!started) {
        started = true;
        Duration interval = Duration.ofSeconds(1).dividedBy(READS_PER_SECOND);
        poller.every("The watch for changes", interval, interval, this::read);
      }
    }
    return watcher;
  }

  /** Returns whether the service stops, so that every watcher should end. */
  public boolean closed() {
    return closed;
  }

  /** Ends the watch before a graceful shutdown, which waits for those who watch. */
  @EventListener(ContextClosedEvent.class)
  void close() {
    closed = true;
    poller.stopNow();
    ChangeNotice end = new ChangeNotice(HardwareEventStore.SITE, null, LANES);
    watchers.forEach(watcher -> {
      boolean _ = watcher.next.offer(end);
    });
  }

  private void read() {
    synchronized (lock) {
      if (watchers.isEmpty() || position == null) {
        position = null;
        return;
      }
      try {
        readLanes();
        readRuns();
        readEvents(position);
      } catch (DataAccessException e) {
        // What happens meanwhile is read later; those who watch learn of an outage by themselves.
        LOG.debug("Changes cannot be read", e);
      }
    }
  }

  private void readLanes() {
    Object now = lanes.get();
    if (!now.equals(seenLanes)) {
      seenLanes = now;
      send(new ChangeNotice(HardwareEventStore.SITE, null, LANES));
    }
  }

  private void readRuns() {
    if (watchers.stream().noneMatch(watcher -> watcher.wanted.test(OF_RUNS))) {
      seenRuns = null;
      return;
    }
    reads++;
    if (reads % READS_PER_READ_OF_RUNS != 0) {
      return;
    }
    Object now = runs.get();
    if (!now.equals(seenRuns)) {
      seenRuns = now;
      send(OF_RUNS);
    }
  }

  private void readEvents(EventFeedPosition from) {
    EventFeedPosition after = from;
    List<EventNotice> page;
    do {
      page = events.notices(after, PAGE);
      for (EventNotice event : page) {
        send(event.notice());
        after = event.position();
      }
      position = after;
    } while (page.size() == PAGE);
  }

  private void send(ChangeNotice notice) {
    watchers.forEach(watcher -> watcher.offer(notice));
  }
}
