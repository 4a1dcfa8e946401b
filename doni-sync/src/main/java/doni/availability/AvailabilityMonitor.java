package doni.availability;

import doni.availability.AvailabilityRule.Assessment;
import doni.availability.AvailabilityStore.DueDevice;
import doni.availability.AvailabilityStore.Publication;
import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.availability.IncidentStore.OpenIncident;
import doni.database.DatabasePoller;
import doni.event.HardwareEventStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Publishes whether devices respond, a moment after their signals changed. Bad news is published at
 * once, good news after it has lasted, so that a device that flaps is offline. Many devices that
 * are lost within seconds are one incident, with one event for its beginning and one for its end.
 *
 * <p>All replicas poll; a pass is one transaction, and one replica has it at a time.
 */
final class AvailabilityMonitor implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(AvailabilityMonitor.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration NEW_DEVICES = Duration.ofMinutes(1);

  /** Losses so close together count together. */
  static final Duration TOGETHER = Duration.ofSeconds(30);

  /** So many devices of an incident are named in its event. */
  private static final int EXAMPLES = 10;

  private final AvailabilityStore store;
  private final IncidentStore incidents;
  private final SignalBatcher signals;
  private final HardwareEventStore events;
  private final TransactionTemplate transaction;
  private final AvailabilityProperties properties;
  private final Clock clock;
  private final boolean enabled;
  private final DatabasePoller poller = new DatabasePoller("availability-monitor", 1);
  private volatile boolean running;

  /**
   * @param enabled whether the lanes run at this replica
   */
  AvailabilityMonitor(
      AvailabilityStore store,
      IncidentStore incidents,
      SignalBatcher signals,
      HardwareEventStore events,
      TransactionTemplate transaction,
      AvailabilityProperties properties,
      Clock clock,
      boolean enabled) {
    this.store = store;
    this.incidents = incidents;
    this.signals = signals;
    this.events = events;
    this.transaction = transaction;
    this.properties = properties;
    this.clock = clock;
    this.enabled = enabled;
  }

  @Override
  public void start() {
    running = true;
    if (enabled) {
      signals.start();
      poller.every("Publication of device availability", POLL, POLL, this::publish);
      poller.every("Addition of new devices", POLL, NEW_DEVICES, store::addNewDevices);
    }
  }

  @Override
  public void stop() {
    running = false;
    signals.stop();
    poller.stopNow();
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

  /** Publishes what is due, unless another replica is doing so. */
  void publish() {
    transaction.executeWithoutResult(_ -> {
      if (store.claimPass()) {
        publishDue();
      }
    });
  }

  private void publishDue() {
    Instant now = clock.instant();
    List<DueDevice> due = store.due(now, DeviceSignalStore.COLLECT);
    if (due.isEmpty()) {
      return;
    }
    List<Publication> publications = due.stream().map(device -> decide(device, now)).toList();
    Optional<OpenIncident> open = incidents.open();
    List<Publication> lost = publications.stream().filter(Publication::worsens).toList();
    Optional<OpenIncident> joined = joined(open, lost, now);
    store.publish(
        publications.stream()
            .map(it -> it.worsens() && joined.isPresent() ? it.in(joined.get().id()) : it)
            .toList(),
        now);
    if (joined.isEmpty()) {
      lost.forEach(this::tellOfDevice);
    }
    tellOfReturned(publications);
    open.or(() -> joined).ifPresent(incident -> endIfOver(incident, now));
  }

  /** Works out what to publish about one device. */
  Publication decide(DueDevice device, Instant now) {
    Optional<Assessment> assessed = AvailabilityRule.assess(device.signals(), now);
    if (assessed.isEmpty()) {
      // Nothing can see it: what is published stays, until a source can be read again.
      return unchanged(device, device.reason(), null);
    }
    Assessment assessment = assessed.get();
    AvailabilityStatus status = effective(assessment.status(), device.published());
    if (status == device.published()) {
      return unchanged(device, assessment.reason(), assessment.assessAgainAt());
    }
    Instant steadyAt = assessment.steadySince().plus(properties.stableFor());
    boolean goodNews =
        !status.isWorseThan(device.published())
            && device.published() != AvailabilityStatus.NEVER_SEEN;
    if (goodNews && steadyAt.isAfter(now)) {
      return unchanged(device, device.reason(), steadyAt);
    }
    return new Publication(
        device, status, now, assessment.reason(), assessment.assessAgainAt(), device.incident());
  }

  /** A device that responded before is not unseen because its sources have forgotten it. */
  private static AvailabilityStatus effective(
      AvailabilityStatus assessed, AvailabilityStatus published) {
    boolean forgotten =
        assessed == AvailabilityStatus.NEVER_SEEN && published != AvailabilityStatus.NEVER_SEEN;
    return forgotten ? AvailabilityStatus.OFFLINE : assessed;
  }

  private static Publication unchanged(
      DueDevice device, String reason, @Nullable Instant assessAt) {
    return new Publication(
        device, device.published(), device.since(), reason, assessAt, device.incident());
  }

  /** Returns the incident that lost devices belong to; empty where each has an event of its own. */
  private Optional<OpenIncident> joined(
      Optional<OpenIncident> open, List<Publication> lost, Instant now) {
    if (lost.isEmpty()) {
      return Optional.empty();
    }
    boolean goesOn =
        open.filter(incident -> incident.grownAt().plus(TOGETHER).isAfter(now)).isPresent();
    boolean many =
        lost.size() + (goesOn ? 0 : incidents.lostSince(now.minus(TOGETHER)))
            >= properties.incidentDevices();
    if (!goesOn && !many) {
      return Optional.empty();
    }
    OpenIncident incident = open.orElseGet(() -> incidents.begin(now));
    long members = lost.stream().filter(it -> it.device().incident() == null).count();
    incidents.grow(incident, Math.toIntExact(members), now);
    if (!goesOn) {
      tellOfLoss(incident, lost);
    }
    return Optional.of(incident);
  }

  private void tellOfLoss(OpenIncident incident, List<Publication> lost) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("incident", incident.id());
    body.put("devices", lost.size());
    body.put("examples", lost.stream().limit(EXAMPLES).map(it -> it.device().name()).toList());
    body.put("reasons", lost.stream().map(Publication::reason).distinct().limit(EXAMPLES).toList());
    events.siteDid("devices.lost", body);
    LOG.warn(
        "{} devices were lost within seconds, for example {}", lost.size(), body.get("examples"));
  }

  /** Devices of an incident return silently; so many others at once are one event. */
  private void tellOfReturned(List<Publication> publications) {
    List<Publication> returned =
        publications.stream()
            .filter(it -> it.changes() && !it.worsens() && it.device().incident() == null)
            .toList();
    if (returned.size() < properties.incidentDevices()) {
      returned.forEach(this::tellOfDevice);
    } else {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("devices", returned.size());
      for (AvailabilityStatus status : AvailabilityStatus.values()) {
        body.put(status.wireName(), returned.stream().filter(it -> it.status() == status).count());
      }
      events.siteDid("devices.returned", body);
      LOG.info("Availability of {} devices changed at once: {}", returned.size(), body);
    }
  }

  private void tellOfDevice(Publication publication) {
    events.observed(
        "device." + publication.status().wireName(),
        publication.device().id(),
        publication.device().generation(),
        Map.of(
            "reason",
            publication.reason(),
            "before",
            publication.device().published().wireName(),
            "since",
            publication.since().toString()));
  }

  /** It is over when a tenth of its devices, at most, is not back. */
  private void endIfOver(OpenIncident begun, Instant now) {
    OpenIncident incident = incidents.open().orElse(begun);
    int lost = incidents.stillLost(incident);
    if (lost * 10 <= incident.devices()) {
      incidents.end(incident, now);
      events.siteDid(
          "devices.returned",
          Map.of("incident", incident.id(), "devices", incident.devices(), "still_lost", lost));
      LOG.info("The incident of {} devices is over; {} are not back", incident.devices(), lost);
    }
  }
}
