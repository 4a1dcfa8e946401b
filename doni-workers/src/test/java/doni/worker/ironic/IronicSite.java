package doni.worker.ironic;

import doni.backend.BackendFactory;
import doni.simulator.SiteClock;
import doni.simulator.ironic.SimulatedIronic;
import doni.simulator.keystone.SimulatedKeystone;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** A worker, wired as in the service, with a simulated Keystone and Ironic behind it. */
final class IronicSite implements AutoCloseable {

  private final SiteClock clock = new SiteClock(Instant.now(), Duration.ZERO);
  private final SimulatedKeystone keystone = new SimulatedKeystone(0, clock);
  private final SimulatedIronic ironic = new SimulatedIronic(0, clock, keystone::holder);
  private AnnotationConfigApplicationContext context;

  IronicSite() {
    keystone.addService("baremetal", "ironic", ironic.uri());
    context = open("doni", Map.of());
  }

  /** Opens the worker again, with other settings. */
  void reopen(Map<String, Object> settings) {
    reopen("doni", settings);
  }

  void reopen(String user, Map<String, Object> settings) {
    context.close();
    context = open(user, settings);
  }

  Worker worker() {
    return context.getBean(Worker.class);
  }

  /** Opens another client of the same Ironic. */
  IronicClient client() {
    return (IronicClient) context.getBean("httpIronicClient", BackendFactory.class).open().get();
  }

  SimulatedIronic ironic() {
    return ironic;
  }

  SimulatedKeystone keystone() {
    return keystone;
  }

  SiteClock clock() {
    return clock;
  }

  @Override
  public void close() {
    context.close();
    ironic.close();
    keystone.close();
  }

  private AnnotationConfigApplicationContext open(String user, Map<String, Object> settings) {
    URI url = keystone.authUrl();
    Map<String, Object> all = new HashMap<>();
    all.put("doni.workers.enabled", "ironic");
    all.put("doni.keystone.auth-url", url.toString());
    all.put("doni.keystone.username", user);
    all.put("doni.keystone.password", keystone.user(user).password());
    all.put("doni.keystone.project-name", keystone.user(user).project().name());
    all.put("doni.workers.ironic.read-timeout", "800ms");
    all.putAll(settings);
    AnnotationConfigApplicationContext opened = new AnnotationConfigApplicationContext();
    opened.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", all));
    opened.registerBean(Clock.class, () -> clock);
    opened.registerBean(MeterRegistry.class, SimpleMeterRegistry::new);
    opened.scan("doni.openstack");
    opened.register(IronicConfiguration.class);
    opened.refresh();
    return opened;
  }
}
