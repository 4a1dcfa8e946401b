package doni.event;

import doni.event.HardwareEventStore.EventFeedPosition;
import doni.event.HardwareEventStore.EventFilter;
import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.policy.PolicyTarget;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * The events of all hardware, for callers who may see the hardware of every project; or of one
 * project, for callers who may list its hardware.
 */
@Service
public class EventFeedService {

  private final HardwareEventStore events;
  private final AccessPolicy policy;

  EventFeedService(HardwareEventStore events, AccessPolicy policy) {
    this.events = events;
    this.policy = policy;
  }

  /**
   * Returns the newest events.
   *
   * @param before only events older than the one with this id; null starts at the newest
   */
  public List<HardwareEvent> latest(
      Caller caller, EventFilter filter, int limit, @Nullable Long before) {
    authorize(caller, filter);
    return events.latest(filter, limit, before);
  }

  /** Returns the position from which a caller follows new events. */
  public EventFeedPosition end(Caller caller, EventFilter filter) {
    authorize(caller, filter);
    return events.end();
  }

  /** Returns the events after a position, oldest first, without gaps. */
  public List<HardwareEvent> following(
      Caller caller, EventFeedPosition position, EventFilter filter, int limit) {
    authorize(caller, filter);
    return events.following(position, filter, limit);
  }

  private void authorize(Caller caller, EventFilter filter) {
    policy.enforce(
        "hardware:get",
        caller,
        filter.projectId() == null
            ? PolicyTarget.site()
            : PolicyTarget.devicesOf(filter.projectId()));
  }
}
