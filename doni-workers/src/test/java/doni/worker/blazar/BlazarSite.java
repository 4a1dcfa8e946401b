package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;

import doni.backend.BackendFactory;
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
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** The workers, wired as in the service, with a simulated Keystone and Blazar behind them. */
final class BlazarSite implements AutoCloseable {

  static final MachineTypeCatalog MACHINE_TYPES =
      MachineTypeCatalog.of(
          new MachineTypes(
              Map.of(
                  "raspberrypi4-64", new MachineType("Raspberry Pi 4", "Raspberry Pi", "4B"),
                  "jetson-nano", new MachineType("Jetson Nano", "NVIDIA", "Jetson Nano"))));

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

  /** Starts the workers again, as after a crash: nothing is in memory. */
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
    context.registerBean(MachineTypeCatalog.class, () -> MACHINE_TYPES);
    context.scan("doni.openstack", "doni.worker.blazar");
    context.refresh();
    return context;
  }

  Worker devices() {
    return service.getBean("blazarDevice", Worker.class);
  }

  Worker hosts() {
    return service.getBean("blazarPhysicalHost", Worker.class);
  }

  /** Opens another client of the same Blazar. */
  BlazarClient client() {
    return (BlazarClient) service.getBean("httpBlazarClient", BackendFactory.class).open().get();
  }

  String projectId() {
    return keystone.user("doni").project().id();
  }

  /** Returns the writes since the calls were last cleared, for example {@code POST /v1/devices}. */
  List<String> writes() {
    return blazar.calls().all().stream()
        .filter(Call::isWrite)
        .map(call -> call.method() + " " + call.path())
        .toList();
  }

  /** Returns how often each path was read. */
  Map<String, Long> reads() {
    Map<String, Long> reads = new HashMap<>();
    blazar.calls().all().stream()
        .filter(call -> !call.isWrite())
        .forEach(call -> reads.merge(call.path(), 1L, Long::sum));
    return reads;
  }

  /** Leases the device to another project, under the name {@code of alice}. */
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
