package doni.worker.blazar;

import static doni.worker.blazar.BlazarFixtures.aDevice;
import static doni.worker.blazar.BlazarFixtures.aHost;
import static doni.worker.blazar.BlazarFixtures.available;
import static doni.worker.blazar.BlazarFixtures.changed;
import static doni.worker.blazar.BlazarFixtures.joined;
import static doni.worker.blazar.BlazarFixtures.node;
import static doni.worker.blazar.BlazarFixtures.uid;

import doni.convergence.HardwareFixture;
import doni.enrollment.ReservationWindow;
import doni.plan.PlanProperty;
import doni.worker.Change;
import doni.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlazarPlanIT {

  private final List<ReservationWindow> windows = new ArrayList<>();
  private HardwareFixture enrolled = aDevice();

  private static String callOf(String resources, Change change) {
    if (change.object().startsWith("property ")) {
      return "PUT " + resources;
    }
    String path = change.object().startsWith("lease ") ? "/v1/leases" : resources;
    return switch (change.action()) {
      case CREATE -> "POST " + path;
      case UPDATE -> "PUT " + path;
      case DELETE -> "DELETE " + path;
    };
  }

  /** A change names leases and devices, a call numbers them. */
  private static String withoutRow(String write) {
    return write.replaceAll("^(PUT|DELETE) (/v1/(?:leases|devices|os-hosts))/.*$", "$1 $2");
  }

  @Test
  void plansForDevicesEqualTheCallsThatFollow() throws Exception {
    try (BlazarSite site = new BlazarSite()) {
      List<PlanProperty.Disturbance> kinds = new ArrayList<>(both(site));
      kinds.add(this::machine);
      kinds.add(this::profiles);
      kinds.add(_ -> join(site));
      kinds.add(this::rename);
      kinds.add(_ -> replace(site, aDevice()));
      join(site);
      holds(site, site.devices(), "/v1/devices", kinds);
    }
  }

  @Test
  void plansForHostsEqualTheCallsThatFollow() throws Exception {
    try (BlazarSite site = new BlazarSite()) {
      enrolled = aHost();
      List<PlanProperty.Disturbance> kinds = new ArrayList<>(both(site));
      kinds.add(this::nodeType);
      kinds.add(_ -> {
        String done = replace(site, aHost());
        site.blazar.addHypervisor(uid(enrolled));
        return done;
      });
      site.blazar.addHypervisor(uid(enrolled));
      holds(site, site.hosts(), "/v1/os-hosts", kinds);
    }
  }

  private void holds(
      BlazarSite site, Worker worker, String path, List<PlanProperty.Disturbance> kinds)
      throws Exception {
    new PlanProperty(site.blazar.calls(), change -> callOf(path, change), BlazarPlanIT::withoutRow)
        .holds(
            50,
            kinds,
            () -> enrolled.plan(worker),
            () -> enrolled.requested(worker),
            _ -> {
              site.clock.advance(Duration.ofMinutes(2));
              var _ = enrolled.requested(worker);
            });
  }

  private List<PlanProperty.Disturbance> both(BlazarSite site) {
    return List.of(
        random -> offer(site, random),
        random -> offer(site, random),
        random -> move(site, random),
        random -> withdraw(random),
        random -> pass(site, random),
        this::project);
  }

  /** Later windows do not overlap earlier ones. */
  private String offer(BlazarSite site, Random random) {
    Instant after =
        windows.stream()
            .map(ReservationWindow::end)
            .max(Instant::compareTo)
            .filter(end -> end.isAfter(site.clock.instant()))
            .orElse(site.clock.instant());
    Instant start =
        after.truncatedTo(ChronoUnit.MINUTES).plus(Duration.ofMinutes(60 + random.nextInt(60)));
    windows.add(available(enrolled, start, start.plus(Duration.ofHours(1))));
    return "a window from " + start;
  }

  private String move(BlazarSite site, Random random) {
    if (windows.isEmpty()) {
      return "no window to move";
    }
    ReservationWindow last = windows.removeLast();
    if (!last.start().isAfter(site.clock.instant())) {
      windows.add(last);
      return "the last window has begun";
    }
    ReservationWindow moved =
        changed(
            enrolled,
            last,
            last.start().plusSeconds(60),
            last.end().plusSeconds(60L * random.nextInt(30)));
    windows.add(moved);
    return "a window from " + moved.start();
  }

  private String withdraw(Random random) {
    if (!windows.isEmpty()) {
      enrolled.withoutWindow(windows.remove(random.nextInt(windows.size())));
    }
    return "a window less";
  }

  private static String pass(BlazarSite site, Random random) {
    Duration time = Duration.ofMinutes(5 + random.nextInt(100));
    site.clock.advance(time);
    return time + " pass";
  }

  private String project(Random random) {
    enrolled.withProperty("authorized_projects", List.of("p" + random.nextInt(3)));
    return "another project";
  }

  private String machine(Random random) {
    String machine = random.nextBoolean() ? "raspberrypi4-64" : "jetson-nano";
    enrolled.withProperty("machine_name", machine);
    return "machine " + machine;
  }

  private String profiles(Random random) {
    String profile = "profile" + random.nextInt(3);
    enrolled.withProperty("device_profiles", List.of(profile));
    return profile;
  }

  private String nodeType(Random random) {
    String type = "compute_" + random.nextInt(3);
    enrolled.withProperty("node_type", type);
    return type;
  }

  private String join(BlazarSite site) {
    site.nodes.join(node(enrolled));
    return "the node is there";
  }

  /** The k8s worker reports the new Node at once, later, or not at all. */
  private String rename(Random random) {
    enrolled.named("Renamed-" + random.nextInt(3) + "-" + node(enrolled).replaceAll("^.*-", ""));
    if (random.nextBoolean()) {
      joined(enrolled);
    }
    return "the name " + enrolled.name();
  }

  private String replace(BlazarSite site, HardwareFixture another) {
    if (enrolled.isDeleted()) {
      enrolled = another;
      windows.clear();
      join(site);
      return "another one";
    }
    enrolled.deleted();
    return "it is deleted";
  }
}
