package doni.console;

import doni.availability.DeviceAvailabilityReader;
import doni.availability.DeviceAvailabilityReader.ReportedIncident;
import doni.enrollment.HardwareId;
import doni.event.EventFeedService;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore;
import doni.event.HardwareEventStore.EventFilter;
import doni.hardware.HardwarePermissions;
import doni.hardware.HardwareReader;
import doni.policy.Caller;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What happened lately, as far as a caller may see it: in every project, or in the own one. */
@Component
class RecentActivity {

  private static final Duration LATELY = Duration.ofHours(1);
  private static final int RECENT = 15;
  private static final int INCIDENTS = 10;

  private final EventFeedService feed;
  private final HardwareReader reader;
  private final DeviceAvailabilityReader availability;
  private final HardwarePermissions permissions;
  private final Clock clock;

  RecentActivity(
      EventFeedService feed,
      HardwareReader reader,
      DeviceAvailabilityReader availability,
      HardwarePermissions permissions,
      Clock clock) {
    this.feed = feed;
    this.reader = reader;
    this.availability = availability;
    this.permissions = permissions;
    this.clock = clock;
  }

  /** Returns the newest events, newest first. */
  List<HardwareEvent> events(Caller caller, EventFilter filter, int limit, @Nullable Long before) {
    boolean own = filter.projectId() == null && !permissions.everyProject(caller);
    EventFilter visible =
        own
            ? new EventFilter(
                filter.hardware(),
                filter.kind(),
                filter.workerType(),
                filter.userId(),
                caller.projectId())
            : filter;
    return feed.latest(caller, visible, limit, before);
  }

  /** Returns the newest events of the last hour, newest first. */
  List<HardwareEvent> lately(Caller caller) {
    Instant from = clock.instant().minus(LATELY);
    return events(caller, new EventFilter(null, null, null, null), RECENT, null).stream()
        .filter(event -> event.at().isAfter(from))
        .toList();
  }

  /** Returns the names of the devices of events that the caller was shown. */
  Map<HardwareId, String> names(List<HardwareEvent> events) {
    List<HardwareId> devices =
        events.stream()
            .map(HardwareEvent::hardware)
            .filter(device -> !device.equals(HardwareEventStore.SITE))
            .distinct()
            .toList();
    return devices.isEmpty() ? Map.of() : reader.names(devices);
  }

  /** Returns the newest incidents, newest first; none for a caller of one project. */
  List<ReportedIncident> incidents(Caller caller) {
    return permissions.everyProject(caller) ? availability.incidents(INCIDENTS) : List.of();
  }
}
