package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;

import doni.machinetype.MachineType;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import doni.simulator.SiteClock;
import doni.simulator.blazar.SettableNodes;
import doni.simulator.blazar.SimulatedBlazar;
import doni.simulator.http.Call;
import doni.simulator.http.PlainClient;
import doni.simulator.keystone.SimulatedKeystone;
import doni.worker.DistributedLock;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * A Keystone, a Blazar, and the workers with the whole OpenStack layer as the service wires them.
 */
final class BlazarSite implements AutoCloseable {

  /** A lock within one process. */
  private static final class ProcessLock implements DistributedLock {
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    @Override
    public <T> T runLocked(String name, Duration patience, Supplier<T> work) {
      ReentrantLock lock = locks.computeIfAbsent(name, _ -> new ReentrantLock());
      lock.lock();
      try {
        return work.get();
      } finally {
        lock.unlock();
      }
    }
  }

  final SiteClock clock =
      new SiteClock(Instant.parse("2026-11-23T04:00:30Z"), Duration.ofNanos(1_000));
  final SimulatedKeystone keystone = new SimulatedKeystone(0, clock);
  final SettableNodes nodes = new SettableNodes();
  final SimulatedBlazar blazar =
      new SimulatedBlazar(0, clock, SimulatedBlazar.tokensOf(keystone), nodes);
  private AnnotationConfigApplicationContext service;

  BlazarSite() {
    keystone.tokenLifetime(Duration.ofDays(365));
    keystone.addService("reservation", "blazar", blazar.endpoint());
    service = started();
  }

  /** As after a crash: nothing is remembered. */
  void restart() {
    service.close();
    service = started();
  }

  private AnnotationConfigApplicationContext started() {
    AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
    TestPropertyValues.of(
            "doni.workers.enabled=blazar.device,blazar.physical_host",
            "doni.workers.blazar.read-timeout=700ms",
            "doni.workers.blazar.connect-timeout=700ms",
            "doni.keystone.auth-url=" + keystone.authUrl(),
            "doni.keystone.username=doni",
            "doni.keystone.password=" + keystone.user("doni").password(),
            "doni.keystone.user-domain-name=Default",
            "doni.keystone.project-name=service",
            "doni.keystone.project-domain-name=Default")
        .applyTo(context);
    context.registerBean(Clock.class, () -> clock);
    context.registerBean(MeterRegistry.class, SimpleMeterRegistry::new);
    context.registerBean(DistributedLock.class, ProcessLock::new);
    context.registerBean(
        MachineTypeCatalog.class,
        () ->
            MachineTypeCatalog.of(
                new MachineTypes(
                    Map.of(
                        "raspberrypi4-64", new MachineType("Raspberry Pi 4", "Raspberry Pi", "4B"),
                        "jetson-nano", new MachineType("Jetson Nano", "NVIDIA", "Jetson Nano")))));
    context.scan("doni.openstack", "doni.worker.blazar");
    context.refresh();
    return context;
  }

  Worker devices() {
    return service.getBean(DeviceWorker.class);
  }

  Worker hosts() {
    return service.getBean(HostWorker.class);
  }

  String projectId() {
    return keystone.user("doni").project().id();
  }

  /** What was written to Blazar since the calls were last cleared, as {@code POST /v1/devices}. */
  List<String> writes() {
    return blazar.calls().all().stream()
        .filter(Call::isWrite)
        .map(call -> call.method() + " " + call.path())
        .toList();
  }

  /** How often each path was read. */
  Map<String, Long> reads() {
    Map<String, Long> reads = new HashMap<>();
    blazar.calls().all().stream()
        .filter(call -> !call.isWrite())
        .forEach(call -> reads.merge(call.path(), 1L, Long::sum));
    return reads;
  }

  /** A user of another project leases the device for a time, under the name {@code of alice}. */
  void leaseByAlice(String uid, String start, String end) throws IOException, InterruptedException {
    String body =
        """
        {"name": "of alice", "start_date": "%s", "end_date": "%s", "reservations": [
          {"resource_type": "device", "min": 1, "max": 1,
           "resource_properties": "[\\"==\\",\\"$uid\\",\\"%s\\"]"}]}
        """
            .formatted(start, end, uid);
    Map<String, String> headers =
        Map.of("X-Auth-Token", keystone.token("alice"), "Accept", "application/json");
    try (PlainClient alice = new PlainClient(blazar.endpoint(), headers)) {
      assertThat(alice.post("/leases", body).status()).isEqualTo(201);
    }
    blazar.calls().clear();
  }

  @Override
  public void close() {
    service.close();
    blazar.close();
    keystone.close();
  }
}
