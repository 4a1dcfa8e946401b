package doni.worker.blazar;

import doni.enrollment.Hardware;
import doni.worker.DiscoveredHardware;
import doni.worker.Finding;
import doni.worker.LanePause;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import doni.worker.WorkerField;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a bare-metal host reservable in Blazar, and leases it to the site for the times in which it
 * is available.
 *
 * <p>It owns the Blazar host whose hypervisor is named by the hardware's uuid, as Nova names what
 * Ironic serves; of its properties those that it sets and {@code authorized_projects} and {@code
 * restricted_reason}; and the leases {@code availability_window_<window uuid>} of its own project
 * for that host. Leases of others it only reads, and what Nova says of the host it never touches.
 *
 * <p>A hypervisor that Nova, Placement or Ironic does not know yet, instances that run on it and a
 * reservation of somebody else defer. What an earlier creation left behind half-way fails, because
 * only an operator can remove it. All else is as with {@link DeviceWorker}.
 */
final class HostWorker implements Worker {

  static final String TYPE = "blazar.physical_host";

  private static final Map<String, Object> TEXT = Map.of("type", "string");
  private static final double SU_FACTOR = 1.0;
  private static final String CPU_ARCH = "x86_64";
  private static final String IRONIC = "ironic";

  /** Reported as soon as there is a node, which Nova makes a hypervisor of. */
  private static final String NODE_STATE = "provision_state";

  private final Site site;

  HostWorker(Site site) {
    this.site = site;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<WorkerField> fields() {
    List<WorkerField> fields = new ArrayList<>(Authorization.fields());
    fields.add(WorkerField.of("node_type", TEXT));
    fields.add(
        WorkerField.of(
            "placement",
            Map.of(
                "type",
                "object",
                "properties",
                Map.of("rack", TEXT, "node", TEXT),
                "additionalProperties",
                false)));
    fields.add(
        WorkerField.of("su_factor", Map.of("type", "number"))
            .withFallback(new WorkerField.Fallback.Declared(SU_FACTOR)));
    return List.copyOf(fields);
  }

  @Override
  public Set<String> dependsOn() {
    return Set.of(IRONIC);
  }

  @Override
  public Optional<LanePause> lanePause() {
    return site.reservations().hold();
  }

  @Override
  public List<Finding> check() {
    return site.checkUp(Kind.HOST);
  }

  @Override
  public List<DiscoveredHardware> discover() {
    return new ResourceDiscovery(site, Kind.HOST, this::wish).all();
  }

  @Override
  public ReconcilePlan plan(ReconcileContext attempt) {
    return Planning.of(site, attempt, wish(attempt));
  }

  private Wish wish(ReconcileContext attempt) {
    Hardware device = attempt.hardware();
    String uid = device.id().toString();
    Map<String, String> properties = new HashMap<>();
    // Without it no lease could name the host.
    properties.put(Resource.UID, uid);
    properties.put("node_name", device.name());
    properties.put("cpu_arch", device.text("cpu_arch").orElse(CPU_ARCH));
    properties.put("su_factor", suFactor(device));
    device.text("node_type").ifPresent(type -> properties.put("node_type", type));
    if (device.properties().get("placement") instanceof Map<?, ?> placement) {
      for (String key : List.of("node", "rack")) {
        if (placement.get(key) instanceof String text && !text.isEmpty()) {
          properties.put("placement." + key, text);
        }
      }
    }
    Authorization authorization = Planning.authorization(site, device);
    properties.putAll(authorization.properties());
    return new Wish(
        Kind.HOST,
        uid,
        uid,
        properties,
        Planning.formerKeys(attempt, authorization),
        device.windows(),
        node(attempt),
        authorization.complaint(),
        Planning.notes(authorization, Set.of()),
        device.deleted());
  }

  /** As Blazar gives it back: {@code 1.0}, however it was typed. */
  private static String suFactor(Hardware device) {
    return Double.toString(
        device.properties().get("su_factor") instanceof Number number
            ? number.doubleValue()
            : SU_FACTOR);
  }

  private static Wish.Underlying node(ReconcileContext attempt) {
    Map<String, Object> reported = attempt.dependencies().get(IRONIC);
    if (reported == null) {
      return Wish.Underlying.UNKNOWN;
    }
    // What else Ironic's worker reports may tell of a node that could not be made yet.
    return reported.containsKey(NODE_STATE) ? Wish.Underlying.THERE : Wish.Underlying.MISSING;
  }
}
