package doni.event;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.event.HardwareEventStore.EventFeedPosition;
import doni.event.HardwareEventStore.EventFilter;
import doni.policy.Caller;
import doni.testing.TestInventory;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import tools.jackson.databind.json.JsonMapper;

class HardwareEventStoreIT {

  private static final Caller ALICE =
      new Caller("alice", "alice", "alice-proj", Set.of(), Map.of(), "req-1");

  private static final EventFilter ALL = new EventFilter(null, null, null, null);

  private final TestInventory inventory = new TestInventory();
  private final HardwareEventStore events = log(inventory.jdbc(), Clock.systemUTC());
  private final HardwareId device = HardwareId.random();

  @AfterEach
  void close() {
    inventory.close();
  }

  @Test
  void tellsTheEventsOfAllDevicesNewestFirst() {
    happens("hardware.created", device);
    happens("hardware.updated", HardwareId.random());

    assertThat(events.latest(ALL, 10, null))
        .extracting(HardwareEvent::kind)
        .containsExactly("hardware.updated", "hardware.created");
  }

  @Test
  void admitsWhatTheFilterNames() {
    happens("hardware.created", device);
    happens("hardware.created", HardwareId.random());
    events.workerDid("worker.failed", device, Generation.FIRST, "k8s", Map.of());

    assertThat(kinds(new EventFilter(device.value(), null, null, null)))
        .containsExactly("worker.failed", "hardware.created");
    assertThat(kinds(new EventFilter(null, "hardware.created", null, null))).hasSize(2);
    assertThat(kinds(new EventFilter(null, null, "k8s", null))).containsExactly("worker.failed");
    assertThat(kinds(new EventFilter(null, null, null, "alice"))).hasSize(2);
  }

  @Test
  void readsFewEventsWhateverTheFilterNames() {
    inventory
        .jdbc()
        .sql(
            """
            insert into event (hardware_uuid, at, kind, generation, worker_type, user_id)
            select gen_random_uuid(), now(), 'worker.synced', 1, case when mod(n, 2) = 0 then 'k8s' end,
              case when mod(n, 2) = 1 then 'bob' end
            from generate_series(1, 20000) n
            """)
        .update();
    inventory.jdbc().sql("analyze event").update();

    for (EventFilter filter :
        List.of(
            ALL,
            new EventFilter(device.value(), null, null, null),
            new EventFilter(null, "worker.failed", null, null),
            new EventFilter(null, "worker.synced", null, null),
            new EventFilter(null, null, "tunelo", null),
            new EventFilter(null, null, null, "carol"))) {
      Long read =
          inventory
              .transactions()
              .execute(_ -> {
                long before = eventsRead();
                kinds(filter);
                return eventsRead() - before;
              });

      assertThat(read).as(filter.toString()).isLessThan(100);
    }
  }

  /** How many rows of the table this connection has read. */
  private long eventsRead() {
    return inventory
        .jdbc()
        .sql(
            "select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relname = 'event'")
        .query(Long.class)
        .single();
  }

  @Test
  void followsFromAnyPosition() {
    EventFeedPosition start = events.end();
    happens("first", device);
    happens("second", device);

    List<HardwareEvent> all = events.following(start, ALL, 10);
    assertThat(all).extracting(HardwareEvent::kind).containsExactly("first", "second");
    assertThat(events.following(all.getFirst().position(), ALL, 10))
        .extracting(HardwareEvent::kind)
        .containsExactly("second");
    assertThat(events.following(all.getLast().position(), ALL, 10)).isEmpty();
  }

  @Test
  void followsInTheOrderOfTransactionsNotOfTheirDigits() {
    happens("earlier", device);
    happens("later", device);
    inventory.jdbc().sql("update event set tx = '99' where kind = 'earlier'").update();
    inventory.jdbc().sql("update event set tx = '100' where kind = 'later'").update();

    List<HardwareEvent> all = events.following(new EventFeedPosition(1, 0), ALL, 10);

    assertThat(all).extracting(HardwareEvent::kind).containsExactly("earlier", "later");
    assertThat(events.following(all.getFirst().position(), ALL, 1))
        .extracting(HardwareEvent::kind)
        .containsExactly("later");
  }

  @Test
  void leavesNoEventOutThatIsCommittedAfterALaterOne() throws SQLException {
    EventFeedPosition start = events.end();
    try (var slow = inventory.connect(1);
        var connection = slow.getConnection()) {
      connection.setAutoCommit(false);
      JdbcClient inSlowTransaction =
          JdbcClient.create(new SingleConnectionDataSource(connection, true));
      happens(log(inSlowTransaction, Clock.systemUTC()), "slow", device);
      happens("quick", device);

      assertThat(events.following(start, ALL, 10)).isEmpty();
      connection.commit();
    }

    assertThat(events.following(start, ALL, 10))
        .extracting(HardwareEvent::kind)
        .containsExactly("slow", "quick");
  }

  @Test
  void removesWhatIsOld() {
    Instant now = Instant.parse("2031-03-03T12:00:00Z");
    happens(at(now.minus(Duration.ofDays(366))), "old", device);
    happens(at(now.minus(Duration.ofDays(364))), "young", device);

    assertThat(events.removeBefore(now.minus(Duration.ofDays(365)))).isEqualTo(1);

    assertThat(kinds(ALL)).containsExactly("young");
  }

  private List<String> kinds(EventFilter filter) {
    return events.latest(filter, 10, null).stream().map(HardwareEvent::kind).toList();
  }

  private void happens(String kind, HardwareId id) {
    happens(events, kind, id);
  }

  private static void happens(HardwareEventStore log, String kind, HardwareId id) {
    log.personDid(kind, id, Generation.FIRST, ALICE, Map.of("n", 1));
  }

  private HardwareEventStore at(Instant moment) {
    return log(inventory.jdbc(), Clock.fixed(moment, ZoneOffset.UTC));
  }

  private static HardwareEventStore log(JdbcClient jdbc, Clock clock) {
    return new HardwareEventStore(jdbc, JsonMapper.shared(), clock);
  }
}
