package doni.worker.ironic;

import doni.enrollment.Hardware;
import doni.worker.DiscoveredHardware;
import doni.worker.Finding;
import doni.worker.LanePause;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import doni.worker.WorkerField;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps a bare-metal host's node and ports in Ironic.
 *
 * <p>It owns the node with the hardware's uuid: its name, driver, resource class, the keys of
 * {@code driver_info} and {@code properties} that an enrollment has properties for, five
 * capabilities, and all ports of that node, of whose {@code extra} only the {@code name}. All other
 * keys are left alone.
 *
 * <p>A node is made available once, and is taken out of the pool again only for the connectivity of
 * a port, when nobody has claimed it. That this is under way is recorded before it is begun, so
 * that what crashes in between is brought to its end. A node that somebody else holds in manageable
 * stays there.
 *
 * <p>The service user needs the role {@code admin}: others see no nodes, and a deleted host would
 * be taken for gone.
 */
final class IronicWorker implements Worker {

  private static final String BLAZAR = "blazar.physical_host";
  private static final Map<String, Object> TEXT = Map.of("type", "string");
  private static final Map<String, Object> UUID = Map.of("type", "string", "format", "uuid");
  private static final Map<String, Object> PORT =
      Map.of("type", "integer", "minimum", 1, "maximum", 65_535);

  private final BareMetal bareMetal;
  private final IronicProperties.OnDelete onDelete;
  private final Clock clock;

  IronicWorker(BareMetal bareMetal, IronicProperties.OnDelete onDelete, Clock clock) {
    this.bareMetal = bareMetal;
    this.onDelete = onDelete;
    this.clock = clock;
  }

  @Override
  public String type() {
    return "ironic";
  }

  @Override
  public List<WorkerField> fields() {
    return List.of(
        WorkerField.of("baremetal_driver", oneOf("ipmi")).asHidden(),
        WorkerField.of("baremetal_resource_class", TEXT).asHidden(),
        WorkerField.of("baremetal_deploy_kernel_image", UUID).asHidden(),
        WorkerField.of("baremetal_deploy_ramdisk_image", UUID).asHidden(),
        WorkerField.of("baremetal_capabilities", capabilities()).asHidden(),
        WorkerField.of("ipmi_username", TEXT).asHidden(),
        WorkerField.of("ipmi_password", TEXT).asHidden().asMasked(),
        WorkerField.of("ipmi_port", PORT).asHidden(),
        WorkerField.of("ipmi_terminal_port", PORT).asHidden());
  }

  @Override
  public Set<String> secretDetails() {
    return Set.of(Memory.PASSWORD);
  }

  @Override
  public Set<String> privateDetails() {
    return Set.of(Memory.PASSWORD);
  }

  @Override
  public Set<String> dependsOn() {
    return Set.of(BLAZAR);
  }

  @Override
  public Optional<LanePause> lanePause() {
    return bareMetal.hold();
  }

  @Override
  public List<Finding> check() {
    return List.of(
        bareMetal.showsAll()
            ? new Finding.Ok("Ironic answers, and shows us all nodes")
            : new Finding.Problem(
                "the service user lacks the role admin: Ironic hides what it has",
                "give the user of doni.keystone the role admin in its project"));
  }

  @Override
  public List<DiscoveredHardware> discover() {
    return bareMetal.lookAtAll().stream()
        .flatMap(seen -> seen.node().map(node -> NodeDiscovery.of(node, seen.ports())).stream())
        .sorted(Comparator.comparing(DiscoveredHardware::origin))
        .toList();
  }

  @Override
  public ReconcilePlan plan(ReconcileContext attempt) {
    Hardware device = attempt.hardware();
    return device.deleted() ? removal(attempt) : enrollment(attempt);
  }

  private ReconcilePlan removal(ReconcileContext attempt) {
    if (onDelete == IronicProperties.OnDelete.KEEP) {
      return ReconcilePlan.settled(new Outcome.Gone(List.of()));
    }
    Course course = new Removal(attempt.dependencies().containsKey(BLAZAR));
    return planAfresh(attempt, target(attempt, Optional.empty(), course));
  }

  private ReconcilePlan enrollment(ReconcileContext attempt) {
    Optional<String> complaint = Wish.complaint(attempt.hardware());
    if (complaint.isPresent()) {
      return ReconcilePlan.settled(new Outcome.Failed(complaint.get(), false, null, Map.of()));
    }
    Wish wish = Wish.of(attempt.hardware());
    Course course = new Enrollment(wish, attempt.hardware().generation().value());
    IronicPlan.Target target = target(attempt, Optional.of(wish), course);
    if (attempt.cause() == ReconcileContext.Cause.SCHEDULED) {
      IronicPlan remembered = plan(attempt, target, bareMetal.glance(target.uuid()));
      if (remembered.isSettled()) {
        return remembered;
      }
    }
    return planAfresh(attempt, target);
  }

  private static IronicPlan.Target target(
      ReconcileContext attempt, Optional<Wish> wish, Course course) {
    Hardware device = attempt.hardware();
    return new IronicPlan.Target(device.id().toString(), device.generation().value(), wish, course);
  }

  private ReconcilePlan planAfresh(ReconcileContext attempt, IronicPlan.Target target) {
    return plan(attempt, target, bareMetal.look(target.uuid()));
  }

  private IronicPlan plan(ReconcileContext attempt, IronicPlan.Target target, Sighting seen) {
    return new IronicPlan(bareMetal, target, Memory.of(attempt), seen, clock);
  }

  private static Map<String, Object> capabilities() {
    return Map.of(
        "type",
        "object",
        "properties",
        Map.of(
            "boot_option", oneOf("local", "netboot", "ramdisk", "kickstart"),
            "boot_mode", oneOf("bios", "uefi"),
            "secure_boot", oneOf("true", "false"),
            "trusted_boot", oneOf("true", "false"),
            "disk_label", oneOf("msdos", "gpt")),
        "additionalProperties",
        false);
  }

  private static Map<String, Object> oneOf(String... values) {
    return Map.of("type", "string", "enum", List.of(values));
  }
}
