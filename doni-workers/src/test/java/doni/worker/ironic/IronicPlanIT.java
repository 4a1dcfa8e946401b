package doni.worker.ironic;

import doni.plan.PlanProperty;
import doni.simulator.ironic.SimulatedIronic;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class IronicPlanIT {

  private final AtomicInteger addresses = new AtomicInteger();
  private Host host = anotherHost();
  private boolean deleted;

  /** A change of a node names a field; that of a port its address, where the call has its uuid. */
  private String callOf(Change change) {
    String object = change.object();
    if (object.equals("node/provision_state")) {
      return "PUT /v1/nodes/" + host.uuid() + "/states/provision";
    }
    String path = object.startsWith("port ") ? "/v1/ports" : "/v1/nodes";
    return switch (change.action()) {
      case CREATE -> "POST " + path;
      case UPDATE -> "PATCH " + path;
      case DELETE -> "DELETE " + path;
    };
  }

  private static String withoutRow(String write) {
    return write.replaceAll("^(PATCH|DELETE) (/v1/(?:nodes|ports))/.*$", "$1 $2");
  }

  @Test
  void plansEqualTheCallsThatFollow() throws Exception {
    try (IronicSite site = new IronicSite()) {
      new PlanProperty(site.ironic().calls(), this::callOf, IronicPlanIT::withoutRow)
          .holds(
              100,
              List.of(
                  this::address,
                  this::capability,
                  this::connectivity,
                  this::anotherPort,
                  random -> edit(site.ironic(), random),
                  random -> pass(site, random),
                  random -> pass(site, random),
                  random -> use(site.ironic(), random),
                  _ -> replace(site)),
              () -> site.worker().plan(host.attempt(ReconcileContext.Cause.REQUESTED)),
              () -> host.requested(site.worker()),
              outcome -> goOn(site, outcome));
    }
  }

  private void goOn(IronicSite site, Outcome outcome) {
    if (outcome instanceof Outcome.Deferred deferred) {
      site.clock().advance(deferred.after() == null ? Duration.ofSeconds(1) : deferred.after());
      var _ = host.requested(site.worker());
    }
  }

  private Host anotherHost() {
    int number = addresses.incrementAndGet();
    return new Host()
        .withInterface(0, "mac_address", "52:54:00:01:00:%02x".formatted(number))
        .withInterface(1, "mac_address", "52:54:00:02:00:%02x".formatted(number));
  }

  private String address(Random random) {
    host.with("management_address", "10.0.0." + (1 + random.nextInt(3)));
    return "another address";
  }

  private String capability(Random random) {
    host.with(
        "baremetal_capabilities", Map.of("boot_mode", random.nextBoolean() ? "uefi" : "bios"));
    return "another capability";
  }

  private String connectivity(Random random) {
    host.withInterface(0, "switch_port_id", "Ethernet1/" + random.nextInt(3));
    return "another switch port";
  }

  private String anotherPort(Random random) {
    host.withInterface(
        1, "mac_address", "52:54:00:03:%02x:%02x".formatted(addresses.get(), random.nextInt(3)));
    return "another MAC address";
  }

  private String edit(SimulatedIronic ironic, Random random) {
    if (ironic.node(host.uuid()).isPresent()) {
      ironic.edit(host.uuid(), node -> node.put("resource_class", "class-" + random.nextInt(3)));
    }
    return "changed in Ironic";
  }

  private String pass(IronicSite site, Random random) {
    Duration time = Duration.ofSeconds(1 + random.nextInt(90));
    site.clock().advance(time);
    return time + " pass";
  }

  private String use(SimulatedIronic ironic, Random random) {
    String from = random.nextBoolean() ? "available" : "active";
    String to = from.equals("active") ? "available" : "active";
    boolean is =
        ironic
            .node(host.uuid())
            .filter(node -> node.path("provision_state").asString().equals(from))
            .isPresent();
    if (is) {
      ironic.setState(host.uuid(), to);
    }
    return "its state is " + to + ", if it was " + from;
  }

  private String replace(IronicSite site) {
    boolean gone = site.ironic().node(host.uuid()).isEmpty();
    if (deleted && gone) {
      host = anotherHost();
      deleted = false;
      return "another host";
    }
    if (!deleted) {
      host.deleted();
      deleted = true;
    }
    return "the host is deleted";
  }
}
