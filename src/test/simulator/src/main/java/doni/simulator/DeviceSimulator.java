package doni.simulator;

import doni.simulator.balena.SimulatedBalena;
import doni.simulator.kubernetes.SimulatedKubernetes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The devices of the site. A device that is switched on tries its bootstrap token until the cluster
 * accepts it, and joins as a node a while later. The token is one that it was given, or the
 * variable {@code K3S_TOKEN} that it has at Balena.
 */
public final class DeviceSimulator implements AutoCloseable {

  private static final Duration RETRY = Duration.ofMillis(100);

  private final SimulatedKubernetes kubernetes;

  /** The token of each device that is on. */
  private final Map<String, Supplier<Optional<String>>> running = new ConcurrentHashMap<>();

  /** The token of each device that was switched off. */
  private final Map<String, Supplier<Optional<String>>> off = new ConcurrentHashMap<>();

  private final ScheduledExecutorService ticks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("devices").factory());
  private volatile Duration joinDelay = Duration.ofSeconds(1);

  private final SimulatedBalena balena;

  DeviceSimulator(SimulatedKubernetes kubernetes, SimulatedBalena balena) {
    this.kubernetes = kubernetes;
    this.balena = balena;
  }

  /** How long a device takes from the first success of its token to its node; 1 s at first. */
  public void joinDelay(Duration delay) {
    joinDelay = delay;
  }

  /** Switches a device on that was given a name and a bootstrap token. */
  public void powerOn(String name, String bootstrapToken) {
    powerOn(name, () -> Optional.of(bootstrapToken));
  }

  /**
   * Switches a device on that runs Balena's operating system.
   *
   * @param balenaUuid by which Balena knows it, as soon as it is registered there
   */
  public void powerOnWithBalena(String name, String balenaUuid) {
    powerOn(name, () -> Optional.ofNullable(balena.deviceVariables(balenaUuid).get("K3S_TOKEN")));
  }

  private void powerOn(String name, Supplier<Optional<String>> bootstrapToken) {
    if (running.putIfAbsent(name, bootstrapToken) == null) {
      off.remove(name);
      tryToJoin(name, bootstrapToken);
    }
  }

  /** Switches a device off: its node stays, without a heartbeat. Returns whether it was on. */
  public boolean powerOff(String name) {
    Optional<Supplier<Optional<String>>> token = Optional.ofNullable(running.remove(name));
    if (token.isPresent()) {
      off.put(name, token.get());
      String node = SimulatedKubernetes.nodeName(name);
      kubernetes.node(node).ifPresent(there -> kubernetes.setReady(node, "Unknown"));
    }
    return token.isPresent();
  }

  /** Switches a device on that was switched off; returns whether it was. */
  public boolean powerOnAgain(String name) {
    Optional<Supplier<Optional<String>>> token = Optional.ofNullable(off.get(name));
    token.ifPresent(again -> powerOn(name, again));
    return token.isPresent();
  }

  @Override
  public void close() {
    ticks.shutdownNow();
  }

  private void tryToJoin(String name, Supplier<Optional<String>> bootstrapToken) {
    if (!running.containsKey(name)) {
      return;
    }
    if (bootstrapToken.get().filter(kubernetes::accepts).isPresent()) {
      later(joinDelay, () -> join(name));
    } else {
      later(RETRY, () -> tryToJoin(name, bootstrapToken));
    }
  }

  private void join(String name) {
    if (running.containsKey(name)) {
      kubernetes.addNode(name);
      kubernetes.setReady(SimulatedKubernetes.nodeName(name), "True");
    }
  }

  private void later(Duration delay, Runnable step) {
    var _ = ticks.schedule(step, delay.toNanos(), TimeUnit.NANOSECONDS);
  }
}
