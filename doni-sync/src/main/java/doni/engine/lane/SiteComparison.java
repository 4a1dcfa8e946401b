package doni.engine.lane;

import doni.backend.BackendException;
import doni.database.DatabasePoller;
import doni.database.TimestampColumns;
import doni.task.LanePartition;
import doni.task.WorkerTaskReader;
import doni.worker.DeviceSignal.SignalRecorder;
import doni.worker.SiteListing;
import doni.worker.SiteListing.RecordedDevice;
import doni.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Compares what a backend lists for the whole site with what is recorded for all steady devices of
 * a lane, once a minute, and makes those that differ due. {@link OrphanSweep} gets the objects that
 * carry the mark of a device, and {@link SignalRecorder} what the listing says about whether
 * devices respond. It writes nothing else.
 *
 * <p>The replicas share the turns through the table {@code site_listing}. A device for which drift
 * is reported and left alone is skipped, because no attempt would end the difference; so is one
 * that is not steady, because it has an attempt of its own soon.
 */
final class SiteComparison {

  /** How often a replica asks whether it is time; with the interval, the longest delay. */
  static final Duration POLL = Duration.ofSeconds(5);

  static final Duration INTERVAL = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(SiteComparison.class);
  private static final UUID FIRST = new UUID(0, 0);
  private static final int PAGE = 1_000;

  private final JdbcClient jdbc;
  private final WorkerTaskReader tasks;
  private final LaneQueue queue;
  private final WakeupNotifier wakeups;
  private final OrphanSweep orphans;
  private final SignalRecorder signals;
  private final Duration interval;
  private @Nullable DatabasePoller poller;

  /**
   * @param interval between two listings of a lane, whichever replicas make them
   */
  SiteComparison(
      JdbcClient jdbc,
      WorkerTaskReader tasks,
      LaneQueue queue,
      WakeupNotifier wakeups,
      OrphanSweep orphans,
      SignalRecorder signals,
      Duration interval) {
    this.jdbc = jdbc;
    this.tasks = tasks;
    this.queue = queue;
    this.wakeups = wakeups;
    this.orphans = orphans;
    this.signals = signals;
    this.interval = interval;
  }

  /** Compares from now on, each lane on a thread of its own: a backend may hang. */
  void start(List<Lane> lanes) {
    DatabasePoller started = new DatabasePoller("site-listing", Math.max(1, lanes.size()));
    poller = started;
    for (Lane lane : lanes) {
      if (lane.looksForDrift()) {
        started.every("Site listing of " + lane.type(), POLL, POLL, () -> compare(lane.worker()));
      }
    }
  }

  void stop() {
    if (poller != null) {
      poller.stopNow();
    }
  }

  /** Compares, if it is time and no other replica does; returns how many devices differ. */
  int compare(Worker worker) {
    Optional<Instant> turn =
        worker.lanePause().isPresent() ? Optional.empty() : claimTurn(worker.type());
    if (turn.isEmpty()) {
      return 0;
    }
    try {
      return worker
          .listSite()
          .map(listing -> compare(worker.type(), listing, turn.get()))
          .orElse(0);
    } catch (BackendException e) {
      LOG.info(
          "Site listing of {} failed; next one in a minute: {}", worker.type(), e.getMessage());
      return 0;
    }
  }

  /** Returns when the turn begins; empty if another replica had one within the interval. */
  private Optional<Instant> claimTurn(String workerType) {
    return jdbc.sql(
            """
            insert into site_listing as s (worker_type, listed_at) values (:worker, now())
            on conflict (worker_type) do update set listed_at = now()
              where s.listed_at <= now() - make_interval(secs => :interval)
            returning listed_at
            """)
        .param("worker", workerType)
        .param("interval", interval.toMillis() / 1_000.0)
        .query((row, _) -> TimestampColumns.instant(row, "listed_at"))
        .optional();
  }

  private int compare(String workerType, SiteListing listing, Instant begun) {
    int differing = listing.isCompared() ? compare(workerType, listing) : 0;
    listing.signals().ifPresent(report -> signals.listed(workerType, report, begun));
    return differing;
  }

  private int compare(String workerType, SiteListing listing) {
    List<String> differing = new ArrayList<>();
    Optional<UUID> after = Optional.of(FIRST);
    while (after.isPresent()) {
      List<RecordedDevice> page = steady(workerType, after.get());
      page.stream()
          .filter(listing::differs)
          .forEach(device -> differing.add(device.id().toString()));
      after = page.size() < PAGE ? Optional.empty() : Optional.of(page.getLast().id().value());
    }
    if (!differing.isEmpty()) {
      LOG.info(
          "{} devices differ from the site listing of {}; they are due now",
          differing.size(),
          workerType);
      queue.requeueInBackground(workerType, differing);
      wakeups.wakeHere(List.of(workerType));
    }
    orphans.sweep(workerType, listing.marked());
    return differing.size();
  }

  private List<RecordedDevice> steady(String workerType, UUID after) {
    return jdbc.sql(
            """
            select h.uuid, h.name, t.state_details::text as details
            from worker_task_at_rest t
            join hardware h on h.uuid = t.hardware_uuid
            join %s q on q.task_name = t.worker_type and q.task_instance = h.uuid::text
            where t.worker_type = :worker and t.hardware_uuid > :after and t.state_at_rest = 'STEADY'
              and h.deleted_at is null
              and not jsonb_exists(t.state_details, 'drift')
              and not q.picked and q.execution_time > now()
            order by t.hardware_uuid limit :page
            """
                .formatted(LanePartition.of(workerType).name()))
        .param("worker", workerType)
        .param("after", after)
        .param("page", PAGE)
        .query((row, _) -> tasks.recorded(row))
        .list();
  }
}
