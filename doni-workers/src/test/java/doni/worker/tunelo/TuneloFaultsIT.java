package doni.worker.tunelo;

import static doni.worker.tunelo.EdgeDevice.key;
import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.http.Fault;
import doni.simulator.tunelo.SimulatedTunelo;
import doni.worker.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TuneloFaultsIT {

  /** No attempt makes more calls. */
  private static final int MOST_CALLS = 9;

  private final TuneloSite site = new TuneloSite();
  private final SimulatedTunelo tunelo = site.tunelo();

  @AfterEach
  void close() {
    site.close();
  }

  /** The state of a device before the crash. */
  enum Situation {
    FRESH,
    BOTH_FRESH,
    NEW_KEY,
    ENTRY_GONE,
    CHANNEL_GONE,
    HUB_LOST,
    TWINS,
    DELETED
  }

  static Stream<Arguments> crashes() {
    List<Arguments> all = new ArrayList<>();
    for (Situation situation : Situation.values()) {
      for (boolean done : List.of(true, false)) {
        for (boolean killed : List.of(true, false)) {
          all.add(Arguments.of(situation, done, killed));
        }
      }
    }
    return all.stream();
  }

  /**
   * @param done whether the call that the crash hits is still carried out
   * @param killed whether the service dies with it, so that nothing of the attempt is recorded
   */
  @ParameterizedTest
  @MethodSource("crashes")
  void convergesAfterACrashAtEverySingleCall(Situation situation, boolean done, boolean killed) {
    String server = tunelo.addOrdinaryPort();
    String foreign = tunelo.addChannel(key(99));
    for (int call = 0; call < MOST_CALLS; call++) {
      EdgeDevice device = in(situation, call);
      crashAt(call, device, done, killed);

      settle(device);

      boolean gone = situation == Situation.DELETED;
      List<String> left = tunelo.channels().stream().filter(uuid -> !uuid.equals(foreign)).toList();
      List<String> expected = new ArrayList<>();
      if (!gone) {
        device.reported("user").ifPresent(_ -> expected.add(device.uuid("user")));
        device.reported("mgmt").ifPresent(_ -> expected.add(device.uuid("mgmt")));
        assertThat(expected).hasSize(situation == Situation.BOTH_FRESH ? 2 : 1);
      }
      assertThat(left).as("crash at call %d", call).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(tunelo.hasPort(server)).isTrue();
      assertThat(tunelo.hasPort(foreign)).isTrue();
      site.requested(device.delete());
      site.disenroll(device);
    }
  }

  private EdgeDevice in(Situation situation, int call) {
    int key = 2 * call + 1;
    return switch (situation) {
      case FRESH -> site.enroll().with("user", key(key));
      case BOTH_FRESH -> site.enroll().with("user", key(key)).with("mgmt", key(key + 1));
      case NEW_KEY -> site.steady(key).with("user", key(key + 1));
      case ENTRY_GONE -> {
        EdgeDevice device = site.steady(key).with("mgmt", key(key + 1));
        site.requested(device);
        yield device.without("mgmt");
      }
      case CHANNEL_GONE -> {
        EdgeDevice device = site.steady(key);
        tunelo.remove(device.uuid("user"));
        yield device;
      }
      case HUB_LOST -> {
        EdgeDevice device = site.steady(key);
        tunelo.loseHubs();
        site.requested(device);
        site.clock().advance(TuneloDrift.HUB_LOST_FOR);
        yield device;
      }
      case TWINS -> {
        tunelo.addChannel(key(key));
        tunelo.addChannel(key(key));
        yield site.enroll().with("user", key(key));
      }
      case DELETED -> site.steady(key).delete();
    };
  }

  private void crashAt(int call, EdgeDevice device, boolean done, boolean killed) {
    if (call > 0) {
      tunelo.faults().add(Fault.everywhere().times(call));
    }
    Fault crash = Fault.everywhere().dropping().once();
    tunelo.faults().add(done ? crash.afterTheWork() : crash);
    Map<String, Object> before = Map.copyOf(device.details());
    String _ = site.requestedOrThrown(device);
    if (killed) {
      device.details().clear();
      device.details().putAll(before);
    }
    tunelo.faults().clear();
  }

  private void settle(EdgeDevice device) {
    for (int i = 0; i < 4; i++) {
      Outcome outcome = site.requested(device);
      if (outcome instanceof Outcome.Synced || outcome instanceof Outcome.Gone) {
        return;
      }
      site.clock().advance(TuneloDrift.HUB_LOST_FOR);
    }
    throw new AssertionError("not settled: " + device.details());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, 400",
    "GET, 401",
    "GET, 403",
    "GET, 404",
    "GET, 409",
    "GET, 429",
    "GET, 500",
    "GET, 503",
    "POST, 400",
    "POST, 401",
    "POST, 403",
    "POST, 404",
    "POST, 409",
    "POST, 429",
    "POST, 500",
    "POST, 503"
  })
  void reportsARefusal(String method, int status) {
    EdgeDevice device = site.enroll().with("user", key(1));
    tunelo.faults().add(Fault.on(method, ".*").answering(status, "{\"message\":\"refused here\"}"));

    String message = site.requestedOrThrown(device);

    assertThat(message).contains(Integer.toString(status), "refused here");
    tunelo.faults().clear();
    assertThat(site.settled(device)).isInstanceOf(Outcome.Synced.class);
    assertThat(tunelo.channels()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 409, 429, 500, 503})
  void retriesARefusedDeletion(int status) {
    EdgeDevice device = site.steady(1).delete();
    tunelo
        .faults()
        .add(Fault.on("DELETE", ".*").answering(status, "{\"message\":\"refused here\"}"));

    assertThat(site.requestedOrThrown(device)).contains(Integer.toString(status));
    assertThat(tunelo.channels()).hasSize(1);

    tunelo.faults().clear();
    assertThat(site.settled(device)).isInstanceOf(Outcome.Gone.class);
    assertThat(tunelo.channels()).isEmpty();
  }

  @Test
  void doesNotTakeAnUnknownUrlForAnAbsence() {
    EdgeDevice device = site.steady(1).delete();
    tunelo.faults().add(Fault.on("GET", ".*").answering(404, "<html>Not Found</html>"));

    assertThat(site.requestedOrThrown(device)).contains("404");
    assertThat(tunelo.channels()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"channels\":[",
        "<html></html>",
        "{}",
        "{\"channels\":[{}]}",
        "{\"uuid\":\"U\",\"peers\":[],\"properties\":{}}",
        "[]",
        "null",
        ""
      })
  void reportsAMalformedAnswer(String body) {
    for (String method : List.of("GET", "POST")) {
      EdgeDevice device = site.enroll().with("user", key(1));
      tunelo.faults().add(Fault.on(method, ".*").answering(200, body));

      assertThat(site.requestedOrThrown(device)).as(method).contains("tunelo answered 200");

      tunelo.faults().clear();
      assertThat(site.settled(device)).isInstanceOf(Outcome.Synced.class);
      assertThat(tunelo.channels()).hasSize(1);
      site.requested(device.delete());
      site.disenroll(device);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "DELETE"})
  void givesUpOnACallThatHangs(String method) {
    EdgeDevice device = site.steady(1).with("user", key(2));
    tunelo.faults().add(Fault.on(method, ".*").hanging());

    assertThat(site.requestedOrThrown(device)).contains("no response within 1000 ms");

    tunelo.faults().clear();
    assertThat(site.settled(device)).isInstanceOf(Outcome.Synced.class);
    assertThat(tunelo.channels()).containsExactly(device.uuid("user"));
  }

  @Test
  void continuesWhenTuneloIsBack() {
    EdgeDevice device = site.steady(1).with("user", key(2));
    tunelo.stop();

    assertThat(site.requestedOrThrown(device)).isNotEmpty();

    tunelo.start();
    assertThat(site.settled(device)).isInstanceOf(Outcome.Synced.class);
    assertThat(tunelo.channels(key(2))).hasSize(1);
  }

  @Test
  void getsANewTokenAfterRevocation() {
    EdgeDevice device = site.steady(1).with("user", key(2));
    site.keystone().revokeAll();

    assertThat(site.requested(device)).isInstanceOf(Outcome.Synced.class);
  }

  @Test
  void pausesItsLaneWhileTheCircuitIsOpen() {
    EdgeDevice device = site.steady(1).with("user", key(2));
    tunelo.stop();
    for (int i = 0; i < 8; i++) {
      String _ = site.requestedOrThrown(device);
    }

    assertThat(site.worker().lanePause())
        .hasValueSatisfying(pause -> assertThat(pause.reason()).contains("tunelo"));
  }
}
