package doni.hardware;

import doni.enrollment.HardwareId;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore;
import doni.event.HardwareEventStore.EventFeedPosition;
import doni.event.HardwareEventStore.EventFilter;
import doni.policy.Caller;
import doni.request.RequestRefusedException.NotFound;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Service;

/** The new events of one device, for callers who may read the device. */
@Service
public class HardwareEventFeed {

  private final HardwareAccess access;
  private final HardwareReader reader;
  private final HardwareEventStore events;

  HardwareEventFeed(HardwareAccess access, HardwareReader reader, HardwareEventStore events) {
    this.access = access;
    this.reader = reader;
    this.events = events;
  }

  /**
   * Starts to follow a device.
   *
   * @param ref a uuid, also of deleted hardware that is still being cleaned up, or the name of live
   *     hardware
   * @throws NotFound if there is no such hardware
   */
  public DeviceFollower follow(Caller caller, String ref) {
    HardwareId id = reader.identify(ref).orElseThrow(() -> NotFound.hardware(ref));
    Map<String, String> target = reader.targetOf(id).orElseThrow(() -> NotFound.hardware(ref));
    access.enforce("hardware:get", caller, target);
    return new DeviceFollower(caller, id, target);
  }

  /** Follows one device for one caller; not for several threads. */
  public final class DeviceFollower {

    private final Caller caller;
    private final EventFilter filter;
    private final HardwareId id;
    private Map<String, String> target;

    private DeviceFollower(Caller caller, HardwareId id, Map<String, String> target) {
      this.caller = caller;
      this.id = id;
      this.target = target;
      this.filter = new EventFilter(id.value(), null, null, null);
    }

    /** Returns the position from which new events are followed. */
    public EventFeedPosition end() {
      return events.end();
    }

    /**
     * Returns the events after a position, oldest first, without gaps. Hardware that has been
     * removed meanwhile counts as what it was, so that its last events arrive.
     *
     * @throws doni.request.RequestRefusedException.Forbidden if the caller may not read the
     *     hardware any more
     */
    public List<HardwareEvent> following(EventFeedPosition position, int limit) {
      target = reader.targetOf(id).orElse(target);
      access.enforce("hardware:get", caller, target);
      return events.following(position, filter, limit);
    }
  }
}
