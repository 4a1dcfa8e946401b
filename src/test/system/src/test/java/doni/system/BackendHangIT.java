package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.Fault;
import doni.simulator.http.Faults;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A backend that answers nothing any more holds up its own lane, and no other one. */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BackendHangIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  /** The open circuit and the time-out of a call that hangs pass before. */
  private static final Duration AFTERWARDS = Duration.ofMinutes(2);

  enum Hanging {
    KUBERNETES,
    TUNELO,
    BLAZAR,
    BALENA
  }

  private final TestSite site;
  private int enrolled;

  BackendHangIT(SitePostgres postgres) {
    site = new TestSite("backend-hang", postgres);
    site.startWithAllWorkers("doni", Map.of());
  }

  @AfterAll
  void close() {
    site.close();
  }

  @ParameterizedTest
  @EnumSource
  void holdsUpNoOtherLane(Hanging backend) throws Exception {
    enrolled++;
    Owner owner = site.owner("hang-" + enrolled);
    Set<String> others = new TreeSet<>(WholeSite.OF_A_DEVICE);
    others.removeAll(lanes(backend));
    String name = "hang-pi-" + enrolled;
    site.kubernetes().addNode(name);
    faults(backend).add(Fault.everywhere().hanging());
    Enrolled device = WholeSite.enroll(owner, enrollment(name, enrolled));
    try {
      await()
          .atMost(SOON)
          .untilAsserted(() ->
              assertThat(owner.states(device))
                  .containsOnlyKeys(WholeSite.OF_A_DEVICE)
                  .allSatisfy((lane, state) -> {
                    if (others.contains(lane)) {
                      assertThat(state).as(lane).isEqualTo("STEADY");
                    } else {
                      assertThat(state).as(lane).isNotEqualTo("STEADY");
                    }
                  }));
    } finally {
      faults(backend).clear();
    }

    owner.awaitSteady(device, WholeSite.OF_A_DEVICE, AFTERWARDS);
  }

  /** Its lanes, and those that wait for something of theirs. */
  private static Set<String> lanes(Hanging backend) {
    return switch (backend) {
      case KUBERNETES -> Set.of("k8s", "blazar.device");
      case TUNELO -> Set.of("tunelo");
      case BLAZAR -> Set.of("blazar.device");
      case BALENA -> Set.of("balena");
    };
  }

  private Faults faults(Hanging backend) {
    return switch (backend) {
      case KUBERNETES -> site.backends().kubernetes().faults();
      case TUNELO -> site.backends().tunelo().faults();
      case BLAZAR -> site.backends().blazar().faults();
      case BALENA -> site.backends().balena().faults();
    };
  }

  /** Each with keys of its own: Tunelo knows a channel's owner by its key. */
  private static String enrollment(String name, int number) {
    return WholeSite.device(name, "s3cret", "")
        .replace(WholeSite.KEY, WholeSite.KEY.replaceFirst("AQEB", "AQE" + number))
        .replace(WholeSite.OTHER_KEY, WholeSite.OTHER_KEY.replaceFirst("AgIC", "AgI" + number));
  }
}
