package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.DoniProcess;
import doni.simulator.SimulatedSite;
import doni.simulator.http.Calls;
import doni.simulator.http.Fault;
import doni.simulator.http.Faults;
import doni.simulator.http.PlainClient.Reply;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Rounds in which one replica stands still (SIGSTOP) and another one is killed (SIGKILL) at a
 * random instant of attempts of all workers, while devices are changed and deleted through a third
 * one. The stopped one goes on when everything is done without it.
 *
 * <p>{@code -Ddoni.fault.rounds} sets the number of rounds.
 */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplicaFaultRoundsIT {

  private static final int ROUNDS = Integer.getInteger("doni.fault.rounds", 1);
  private static final int DEVICES = 6;
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration TAKEN_OVER = Duration.ofSeconds(30);

  /** Of each call to a backend, so that attempts are cut in their middle. */
  private static final Duration LATENCY = Duration.ofMillis(100);

  /** The faults come at a random one of these calls. */
  private static final int CALLS_OF_A_ROUND = 60;

  private final TestSite site;
  private final SimulatedSite backends;
  private final Random random = new Random(Long.getLong("doni.fault.seed", 29));
  private final List<RoundResult> results = new ArrayList<>();
  private final DoniProcess stopped;
  private int keys;

  /**
   * What a round showed.
   *
   * @param takeOver from the faults until every change was carried out
   * @param stuck devices that were neither STEADY nor gone after a minute
   * @param doubled objects in the backends that exist twice
   * @param stale objects of deleted devices or of former values, after the stopped replica went on
   */
  private record RoundResult(int round, Duration takeOver, int stuck, int doubled, int stale) {
    @Override
    public String toString() {
      return "| %5d | %9.1f s | %5d | %7d | %5d |"
          .formatted(round, takeOver.toMillis() / 1_000.0, stuck, doubled, stale);
    }
  }

  /** A device with the key that its user channel must have. */
  private record ChannelDevice(Enrolled enrolled, String key) {}

  ReplicaFaultRoundsIT(SitePostgres postgres) {
    site = new TestSite("fault-rounds", postgres);
    backends = site.backends();
    backends.kubernetes().grant("delete", "nodes");
    backends.tunelo().widenSubnet();
    site.startWithAllWorkers("survivor", Map.of());
    stopped = site.startWithAllWorkers("stopped", Map.of());
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void nothingIsStuckDoubledOrLeftBehind() throws Exception {
    Owner owner = site.owner("rounds");

    for (int round = 1; round <= ROUNDS; round++) {
      results.add(round(round, owner));
    }

    System.out.println("| round | take-over   | stuck | doubled | stale |");
    results.forEach(System.out::println);
    assertThat(results)
        .allSatisfy(result -> {
          assertThat(result.stuck()).as("stuck").isZero();
          assertThat(result.doubled()).as("doubled").isZero();
          assertThat(result.stale()).as("stale").isZero();
          assertThat(result.takeOver()).isLessThan(TAKEN_OVER);
        });
  }

  private RoundResult round(int round, Owner owner) throws Exception {
    DoniProcess killed = site.startWithAllWorkers("killed-" + round, Map.of());
    site.faults().forEach(faults -> faults.add(Fault.everywhere().delayed(LATENCY)));
    long calls = calls();
    List<ChannelDevice> enrolled = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      enrolled.add(enroll(owner, "round-%d-%d".formatted(round, i)));
    }
    long instant = calls + random.nextInt(CALLS_OF_A_ROUND);
    await().atMost(SOON).pollInterval(Duration.ofMillis(10)).until(() -> calls() >= instant);

    signal("STOP", stopped);
    killed.kill();
    long fault = System.nanoTime();
    List<ChannelDevice> kept = changeAndDelete(owner, enrolled);
    site.faults().forEach(Faults::clear);
    int stuck = countUntilZero(() -> undone(owner, enrolled, kept));
    Duration takeOver = Duration.ofNanos(System.nanoTime() - fault);

    signal("CONT", stopped);
    stopped.awaitReady(SOON);
    int stale = countUntilZero(() -> stale(kept));
    RoundResult result = new RoundResult(round, takeOver, stuck, doubled(kept), stale);
    for (ChannelDevice device : kept) {
      owner.delete(device.enrolled());
    }
    countUntilZero(() -> stale(List.of()));
    return result;
  }

  private long calls() {
    return site.calls().values().stream().mapToLong(Calls::total).sum();
  }

  private ChannelDevice enroll(Owner owner, String name) throws Exception {
    String key = newKey();
    String enrollment =
        WholeSite.device(name, "s3cret", "")
            .replace(WholeSite.KEY, key)
            .replace(WholeSite.OTHER_KEY, newKey());
    Enrolled device = WholeSite.enroll(owner, enrollment);
    backends.devices().powerOnWithBalena(name, WholeSite.balenaUuid(device));
    return new ChannelDevice(device, key);
  }

  private String newKey() {
    return Base64.getEncoder().encodeToString(ByteBuffer.allocate(32).putInt(++keys).array());
  }

  /** Deletes a third of the devices, and replaces a key of another third. */
  private List<ChannelDevice> changeAndDelete(Owner owner, List<ChannelDevice> enrolled)
      throws Exception {
    List<ChannelDevice> kept = new ArrayList<>();
    for (int i = 0; i < enrolled.size(); i++) {
      ChannelDevice device = enrolled.get(i);
      switch (i % 3) {
        case 0 -> owner.delete(device.enrolled());
        case 1 -> kept.add(replaceKey(owner, device));
        default -> kept.add(device);
      }
    }
    return kept;
  }

  private ChannelDevice replaceKey(Owner owner, ChannelDevice device) throws Exception {
    String key = newKey();
    Reply reply =
        owner
            .http()
            .patch(
                device.enrolled().path(),
                "application/json-patch+json",
                """
                [{"op": "replace", "path": "/properties/channels/user/public_key", "value": "%s"}]
                """
                    .formatted(key));
    assertThat(reply.status()).isEqualTo(200);
    return new ChannelDevice(device.enrolled(), key);
  }

  /** Returns how many there are after a minute, or 0 as soon as there is none. */
  private static int countUntilZero(Callable<Integer> count) throws Exception {
    try {
      await().atMost(SOON).until(() -> count.call() == 0);
      return 0;
    } catch (ConditionTimeoutException _) {
      return count.call();
    }
  }

  /** Counts the devices that are neither STEADY nor gone. */
  private int undone(Owner owner, List<ChannelDevice> enrolled, List<ChannelDevice> kept)
      throws Exception {
    int undone = 0;
    for (ChannelDevice device : kept) {
      Map<String, String> states = owner.states(device.enrolled());
      boolean steady = states.values().stream().allMatch("STEADY"::equals);
      undone += steady && backends.tunelo().channels(device.key()).size() == 1 ? 0 : 1;
    }
    for (ChannelDevice device : enrolled) {
      boolean deleted = kept.stream().noneMatch(it -> it.enrolled().equals(device.enrolled()));
      undone += deleted && site.database().knows(device.enrolled().uuid()) ? 1 : 0;
    }
    return undone;
  }

  /** Counts the objects of deleted devices, of replaced keys and of former tokens. */
  private int stale(List<ChannelDevice> kept) {
    long secrets =
        backends.kubernetes().secrets().stream()
            .filter(secret -> secret.name().startsWith("bootstrap-token-"))
            .filter(secret ->
                kept.stream().noneMatch(it -> it.enrolled().secretName().equals(secret.name())))
            .count();
    long channels = backends.tunelo().channels().size() - 2L * kept.size();
    long devices = backends.balena().devices() - kept.size();
    long replaced =
        kept.stream().filter(it -> backends.tunelo().channels(it.key()).isEmpty()).count();
    return Math.toIntExact(secrets + Math.abs(channels) + Math.abs(devices) + replaced);
  }

  private int doubled(List<ChannelDevice> kept) {
    int doubled = 0;
    for (ChannelDevice device : kept) {
      doubled += Math.max(0, backends.tunelo().channels(device.key()).size() - 1);
      doubled += Math.max(0, backends.blazar().resources(device.enrolled().name()).size() - 1);
    }
    return doubled;
  }

  private static void signal(String name, DoniProcess process) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }
}
