package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.DoniProcess;
import doni.simulator.SimulatedSite;
import doni.simulator.http.Call;
import doni.simulator.http.Calls;
import doni.simulator.http.Fault;
import doni.simulator.http.Faults;
import doni.simulator.http.PlainClient.Reply;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
 * <p>{@code -Ddoni.fault.rounds} sets the number of rounds, {@code -Ddoni.fault.stop} the seconds
 * for which a replica stands still at least: with 45, claims expire under it. With {@code
 * -Ddoni.fault.kill-only=true} there are two replicas, and none stands still. A killed replica is
 * started again at once.
 */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplicaFaultRoundsIT {

  private static final int ROUNDS = Integer.getInteger("doni.fault.rounds", 1);
  private static final boolean STOPS = !Boolean.getBoolean("doni.fault.kill-only");
  private static final int DEVICES = 6;
  private static final int HOSTS = 3;
  private static final Duration STOPPED =
      Duration.ofSeconds(Integer.getInteger("doni.fault.stop", 0));
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration TAKEN_OVER = Duration.ofSeconds(30);

  /** Of each call to a backend, so that attempts are cut in their middle. */
  private static final Duration LATENCY = Duration.ofMillis(100);

  /** The faults come at a random one of these calls. */
  private static final int CALLS_OF_A_ROUND = 90;

  private final TestSite site;
  private final SimulatedSite backends;
  private final Random random = new Random(Long.getLong("doni.fault.seed", 29));
  private final List<RoundResult> results = new ArrayList<>();
  private final Optional<DoniProcess> stopped;
  private DoniProcess killed;
  private int keys;

  /**
   * What a round showed.
   *
   * @param takeOver from the faults until no attempt was left that a stopped or dead replica held
   * @param done from the faults until every change was carried out
   * @param stuck devices that were neither STEADY nor gone after a minute
   * @param doubled objects in the backends that exist twice
   * @param cut attempts that were running when the faults came
   * @param late writes that the backends received after the stopped replica went on, when there was
   *     nothing left to write
   * @param stale objects of deleted devices or of former values, after the stopped replica went on
   */
  private record RoundResult(
      int round,
      Duration takeOver,
      Duration done,
      int stuck,
      int doubled,
      int cut,
      List<Call> late,
      int stale) {
    @Override
    public String toString() {
      return "| %5d | %7.1f s | %6.1f s | %5d | %7d | %3d | %4d | %5d |"
          .formatted(
              round,
              takeOver.toMillis() / 1_000.0,
              done.toMillis() / 1_000.0,
              stuck,
              doubled,
              cut,
              late.size(),
              stale);
    }
  }

  /** A device with the key that its user channel must have. */
  private record ChannelDevice(Enrolled enrolled, String key) {}

  /** What is enrolled, or of that what is not deleted. */
  private record RoundFleet(List<ChannelDevice> devices, List<Enrolled> hosts) {

    static final RoundFleet EMPTY = new RoundFleet(List.of(), List.of());

    boolean has(Enrolled hardware) {
      return hosts.contains(hardware)
          || devices.stream().anyMatch(it -> it.enrolled().equals(hardware));
    }

    List<Enrolled> all() {
      return Stream.concat(devices.stream().map(ChannelDevice::enrolled), hosts.stream()).toList();
    }
  }

  ReplicaFaultRoundsIT(SitePostgres postgres) {
    site = new TestSite("fault-rounds", postgres);
    backends = site.backends();
    backends.kubernetes().grant("delete", "nodes");
    backends.tunelo().widenSubnet();
    site.startWithAllWorkers("survivor", Map.of());
    stopped = STOPS ? Optional.of(site.startWithAllWorkers("stopped", Map.of())) : Optional.empty();
    killed = site.startAllWorkers("killed-1", Map.of());
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void nothingIsStuckDoubledOrLeftBehind() throws Exception {
    Owner owner = site.owner("rounds");

    System.out.println("| round | take-over |     done | stuck | doubled | cut | late | stale |");
    for (int round = 1; round <= ROUNDS; round++) {
      RoundResult result = round(round, owner);
      System.out.println(result);
      result.late().forEach(call -> System.out.println("late: " + call));
      results.add(result);
    }

    assertThat(results)
        .allSatisfy(result -> {
          assertThat(result.stuck()).as("stuck").isZero();
          assertThat(result.doubled()).as("doubled").isZero();
          // The call that was under way when the process stopped cannot be taken back.
          assertThat(result.late()).as("late").hasSizeLessThanOrEqualTo(result.cut());
          assertThat(result.stale()).as("stale").isZero();
          assertThat(result.takeOver()).isLessThan(TAKEN_OVER);
        });
  }

  private RoundResult round(int round, Owner owner) throws Exception {
    killed.awaitReady(TestSite.START);
    site.faults().forEach(faults -> faults.add(Fault.everywhere().delayed(LATENCY)));
    long calls = calls();
    RoundFleet enrolled = enrollAll(owner, round);
    long instant = calls + random.nextInt(CALLS_OF_A_ROUND);
    await().atMost(SOON).pollInterval(Duration.ofMillis(10)).until(() -> calls() >= instant);

    signal("STOP");
    killed.kill();
    int cut = site.database().attempts();
    String moment = site.database().now();
    long fault = System.nanoTime();
    RoundFleet kept = changeAndDelete(owner, enrolled);
    site.faults().forEach(Faults::clear);
    if (round < ROUNDS) {
      killed = site.startAllWorkers("killed-" + (round + 1), Map.of());
    }
    countUntilZero(() -> site.database().attemptsWithoutHeartbeatSince(moment));
    Duration takeOver = Duration.ofNanos(System.nanoTime() - fault);
    int stuck = countUntilZero(() -> undone(owner, enrolled, kept));
    Duration done = Duration.ofNanos(System.nanoTime() - fault);
    await().atMost(STOPPED.plus(SOON)).until(() -> System.nanoTime() - fault >= STOPPED.toNanos());

    Instant continued = Instant.now();
    signal("CONT");
    stopped.ifPresent(process -> process.awaitReady(SOON));
    int stale = countUntilZero(() -> stale(kept));
    List<Call> late = STOPS ? writesSince(continued) : List.of();
    RoundResult result =
        new RoundResult(round, takeOver, done, stuck, doubled(kept), cut, late, stale);
    for (Enrolled hardware : kept.all()) {
      owner.delete(hardware);
    }
    countUntilZero(() -> stale(RoundFleet.EMPTY));
    return result;
  }

  private List<Call> writesSince(Instant time) {
    return site.calls().values().stream()
        .flatMap(calls -> calls.all().stream())
        .filter(call -> call.isWrite() && call.at().isAfter(time))
        .toList();
  }

  private RoundFleet enrollAll(Owner owner, int round) throws Exception {
    List<ChannelDevice> devices = new ArrayList<>();
    List<Enrolled> hosts = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      devices.add(enroll(owner, "round-%d-%d".formatted(round, i)));
    }
    for (int i = 0; i < HOSTS; i++) {
      String host =
          WholeSite.host("host-%d-%d".formatted(round, i), "s3cret")
              .replace(WholeSite.MAC, "52:54:00:aa:%02x:%02x".formatted(round % 256, i));
      hosts.add(WholeSite.enroll(owner, host));
    }
    return new RoundFleet(List.copyOf(devices), List.copyOf(hosts));
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

  /** Deletes a third of the hardware, and replaces a key or a password of another third. */
  private RoundFleet changeAndDelete(Owner owner, RoundFleet enrolled) throws Exception {
    List<ChannelDevice> devices = new ArrayList<>();
    for (int i = 0; i < enrolled.devices().size(); i++) {
      ChannelDevice device = enrolled.devices().get(i);
      switch (i % 3) {
        case 0 -> owner.delete(device.enrolled());
        case 1 -> devices.add(replaceKey(owner, device));
        default -> devices.add(device);
      }
    }
    List<Enrolled> hosts = new ArrayList<>();
    for (int i = 0; i < enrolled.hosts().size(); i++) {
      Enrolled host = enrolled.hosts().get(i);
      switch (i % 3) {
        case 0 -> owner.delete(host);
        case 1 -> {
          replace(owner, host, "/properties/ipmi_password", "n3wer");
          hosts.add(host);
        }
        default -> hosts.add(host);
      }
    }
    return new RoundFleet(List.copyOf(devices), List.copyOf(hosts));
  }

  private ChannelDevice replaceKey(Owner owner, ChannelDevice device) throws Exception {
    String key = newKey();
    replace(owner, device.enrolled(), "/properties/channels/user/public_key", key);
    return new ChannelDevice(device.enrolled(), key);
  }

  private static void replace(Owner owner, Enrolled hardware, String path, String value)
      throws Exception {
    Reply reply =
        owner
            .http()
            .patch(
                hardware.path(),
                "application/json-patch+json",
                "[{\"op\": \"replace\", \"path\": \"%s\", \"value\": \"%s\"}]"
                    .formatted(path, value));
    assertThat(reply.status()).isEqualTo(200);
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

  /** Counts what is neither STEADY nor gone. */
  private int undone(Owner owner, RoundFleet enrolled, RoundFleet kept) throws Exception {
    int undone = 0;
    for (Enrolled hardware : enrolled.all()) {
      boolean done =
          kept.has(hardware)
              ? owner.states(hardware).values().stream().allMatch("STEADY"::equals)
              : !site.database().knows(hardware.uuid());
      undone += done ? 0 : 1;
    }
    return undone + Math.toIntExact(withoutChannel(kept));
  }

  private long withoutChannel(RoundFleet kept) {
    return kept.devices().stream()
        .filter(it -> backends.tunelo().channels(it.key()).size() != 1)
        .count();
  }

  /** Counts the objects of deleted hardware, of replaced keys and of former tokens. */
  private int stale(RoundFleet kept) {
    long secrets =
        backends.kubernetes().secrets().stream()
            .filter(secret -> secret.name().startsWith("bootstrap-token-"))
            .filter(secret ->
                kept.devices().stream()
                    .noneMatch(it -> it.enrolled().secretName().equals(secret.name())))
            .count();
    long channels = backends.tunelo().channels().size() - 2L * kept.devices().size();
    long devices = backends.balena().devices() - kept.devices().size();
    long nodes = backends.ironic().nodes() - (long) kept.hosts().size();
    return Math.toIntExact(
        secrets + Math.abs(channels) + Math.abs(devices) + Math.abs(nodes) + withoutChannel(kept));
  }

  private int doubled(RoundFleet kept) {
    int doubled = 0;
    for (ChannelDevice device : kept.devices()) {
      doubled += Math.max(0, backends.tunelo().channels(device.key()).size() - 1);
      doubled += Math.max(0, backends.blazar().resources(device.enrolled().name()).size() - 1);
    }
    for (Enrolled host : kept.hosts()) {
      doubled += Math.max(0, backends.blazar().resources(host.uuid().toString()).size() - 1);
      doubled += Math.max(0, backends.ironic().ports(host.uuid().toString()).size() - 1);
    }
    return doubled;
  }

  /** Sends a signal to the replica that stands still, if there is one. */
  private void signal(String name) throws Exception {
    for (DoniProcess process : stopped.stream().toList()) {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      assertThat(kill.waitFor()).isZero();
    }
  }
}
