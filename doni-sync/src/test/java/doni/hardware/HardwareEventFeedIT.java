package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.event.EventFeedService;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore;
import doni.event.HardwareEventStore.EventFeedPosition;
import doni.event.HardwareEventStore.EventFilter;
import doni.hardware.HardwareEventFeed.DeviceFollower;
import doni.hardware.HardwareService.Request;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Forbidden;
import doni.request.RequestRefusedException.NotFound;
import doni.testing.InventoryApplication;
import doni.testing.SampleTypes;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;

@SpringBootTest(classes = InventoryApplication.class, properties = "doni.sync.enabled=false")
class HardwareEventFeedIT {

  private final HardwareService service;
  private final HardwareEventFeed feed;
  private final EventFeedService all;
  private final HardwareEventStore events;
  private final JdbcClient jdbc;

  private final Caller alice = caller("alice", "alice-project", "member");
  private final Caller bob = caller("bob", "bob-project", "member");
  private final Caller admin = caller("admin", "admin-project", "admin");

  @Autowired
  HardwareEventFeedIT(
      HardwareService service,
      HardwareEventFeed feed,
      EventFeedService all,
      HardwareEventStore events,
      JdbcClient jdbc) {
    this.service = service;
    this.feed = feed;
    this.all = all;
    this.events = events;
    this.jdbc = jdbc;
  }

  @BeforeEach
  void empty() {
    jdbc.sql(
            "truncate hardware, availability_window, worker_task, event, idempotency_key,"
                + " scheduled_tasks cascade")
        .update();
  }

  @Test
  void followsOneDevice() {
    create(alice, "dev");
    create(alice, "other");
    DeviceFollower follower = feed.follow(alice, "dev");
    EventFeedPosition start = follower.end();

    service.sync(alice, "other");
    service.sync(alice, "dev");
    List<HardwareEvent> first = arrived(follower, start);
    service.delete(alice, "dev", null);

    assertThat(first).extracting(HardwareEvent::kind).containsExactly("hardware.synced");
    assertThat(arrived(follower, first.getLast().position()))
        .extracting(HardwareEvent::kind)
        .containsExactly("hardware.deleted");
  }

  @Test
  void showsTheLastEventsOfADeviceThatIsGone() {
    HardwareId device = create(alice, "dev").id();
    DeviceFollower follower = feed.follow(alice, "dev");
    EventFeedPosition start = follower.end();

    remove(device);

    assertThat(arrived(follower, start))
        .extracting(HardwareEvent::kind)
        .containsExactly("leftover.removed");
    assertThatThrownBy(() -> feed.follow(alice, device.toString())).isInstanceOf(NotFound.class);
  }

  @Test
  void refusesThoseWhoMayNotReadTheDevice() {
    HardwareId device = create(alice, "dev").id();

    assertThatThrownBy(() -> feed.follow(bob, "dev")).isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> feed.follow(alice, "none")).isInstanceOf(NotFound.class);
    DeviceFollower follower = feed.follow(alice, "dev");
    EventFeedPosition start = follower.end();
    jdbc.sql("update hardware set project_id = 'bob-project' where uuid = ?")
        .param(device.value())
        .update();
    assertThatThrownBy(() -> follower.following(start, 10)).isInstanceOf(Forbidden.class);
  }

  @Test
  void knowsTheProjectOfADeviceThatIsGone() {
    EventFilter ofAlice = new EventFilter(null, null, null, null, "alice-project");
    EventFeedPosition start = all.end(alice, ofAlice);
    HardwareId device = create(alice, "dev").id();
    create(bob, "other");
    service.sync(admin, "dev");

    remove(device);

    assertThat(all.latest(alice, ofAlice, 10, null))
        .extracting(HardwareEvent::kind)
        .containsExactly("leftover.removed", "hardware.synced", "hardware.created");
    await().until(() -> all.following(admin, start, ofAlice, 10).size() == 3);
    assertThatThrownBy(() -> all.latest(bob, ofAlice, 10, null)).isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> all.end(bob, ofAlice)).isInstanceOf(Forbidden.class);
    assertThatThrownBy(() -> all.following(bob, start, ofAlice, 10)).isInstanceOf(Forbidden.class);
    EventFilter site = new EventFilter(null, null, null, null);
    assertThatThrownBy(() -> all.latest(alice, site, 10, null)).isInstanceOf(Forbidden.class);
  }

  /** An event arrives when no older transaction runs any more, whatever it belongs to. */
  private static List<HardwareEvent> arrived(DeviceFollower follower, EventFeedPosition position) {
    return await().until(() -> follower.following(position, 10), found -> !found.isEmpty());
  }

  /** Removes a device as a force delete does, after which a leftover has an event. */
  private void remove(HardwareId device) {
    jdbc.sql("delete from hardware where uuid = ?").param(device.value()).update();
    events.workerDid("leftover.removed", device, Generation.FIRST, "fake-worker", Map.of());
  }

  private HardwareView create(Caller caller, String name) {
    return service.create(
        caller, new Request(name, SampleTypes.TYPE, Map.of("required", "r")), null);
  }

  private static Caller caller(String user, String project, String role) {
    return new Caller(
        user,
        user,
        project,
        Set.of(role),
        Map.of("user_id", user, "project_id", project),
        "req-" + user);
  }
}
