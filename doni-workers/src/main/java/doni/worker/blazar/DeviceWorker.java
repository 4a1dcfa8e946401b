package doni.worker.blazar;

import doni.enrollment.Hardware;
import doni.machinetype.MachineType;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypeDifferences;
import doni.machinetype.MachineTypes;
import doni.worker.DiscoveredHardware;
import doni.worker.Finding;
import doni.worker.LanePause;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.RequeueTrigger;
import doni.worker.Worker;
import doni.worker.WorkerField;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a device reservable in Blazar, and leases it to the site for the times in which it is
 * available.
 *
 * <p>It owns the Blazar device whose property {@code uid} is the hardware's uuid, of its properties
 * those that it sets and {@code authorized_projects} and {@code restricted_reason}, and the leases
 * {@code availability_window_<window uuid>} of its own project for that device. Leases of others it
 * only reads.
 *
 * <p>404 on creation, a reservation of somebody else and a node that has not joined defer. A
 * property that Blazar does not change and a window that cannot be leased stop nothing else; they
 * defer when all the rest is done. A name that Blazar never frees, a project that nobody knows and
 * 403 fail until something changes. After any other 500, and after an answer that never came, it
 * reads before it writes again.
 */
final class DeviceWorker implements Worker {

  static final String TYPE = "blazar.device";

  private static final String DRIVER = "blazar_device_driver";
  private static final String KUBERNETES = "k8s";
  private static final String UNKNOWN = "unknown";

  /** What is no property of a device but something that Blazar says of it. */
  private static final Set<String> OF_BLAZAR =
      Set.of("id", "name", "reservable", "created_at", "updated_at");

  private final Site site;
  private final MachineTypeCatalog machineTypes;

  DeviceWorker(Site site, MachineTypeCatalog machineTypes) {
    this.site = site;
    this.machineTypes = machineTypes;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<WorkerField> fields() {
    List<WorkerField> fields = new ArrayList<>(Authorization.fields());
    fields.add(
        WorkerField.of(DRIVER, Map.of("type", "string"))
            .withFallback(new WorkerField.Fallback.Stored(KUBERNETES)));
    return List.copyOf(fields);
  }

  /** Blazar shows the texts of a machine type: when they change, its devices do. */
  @Override
  public void start(RequeueTrigger nudge) {
    machineTypes.onChange((before, after) ->
        nudge.requeueWhere(
            MachineTypes.PROPERTY,
            MachineTypeDifferences.between(before.byName(), after.byName())));
  }

  @Override
  public Set<String> dependsOn() {
    return Set.of(KUBERNETES);
  }

  @Override
  public Optional<LanePause> lanePause() {
    return site.reservations().hold();
  }

  @Override
  public List<Finding> check() {
    return site.checkUp(Kind.DEVICE);
  }

  @Override
  public List<DiscoveredHardware> discover() {
    return new ResourceDiscovery(site, Kind.DEVICE, this::wish).all();
  }

  @Override
  public ReconcilePlan plan(ReconcileContext attempt) {
    return Planning.of(site, attempt, wish(attempt));
  }

  private Wish wish(ReconcileContext attempt) {
    Hardware device = attempt.hardware();
    Map<String, String> properties = new HashMap<>(machine(device));
    properties.put(Resource.UID, device.id().toString());
    properties.put("device_driver", driver(device));
    properties.put("device_type", "container");
    // Version 1 were devices that enrolled as Zun compute nodes.
    properties.put("platform_version", "2");
    Authorization authorization = Planning.authorization(site, device);
    properties.putAll(authorization.properties());
    Set<String> ignored = new TreeSet<>();
    for (String profile : profiles(device)) {
      boolean taken =
          properties.containsKey(profile)
              || OF_BLAZAR.contains(profile)
              || Authorization.KEYS.contains(profile);
      if (taken) {
        ignored.add(profile);
      }
    }
    profiles(device).stream()
        .filter(profile -> !ignored.contains(profile))
        .forEach(profile -> properties.put(profile, "True"));
    return new Wish(
        Kind.DEVICE,
        device.id().toString(),
        device.name().toLowerCase(Locale.ROOT),
        properties,
        Planning.formerKeys(attempt, authorization),
        device.windows(),
        node(attempt, device),
        authorization.complaint(),
        Planning.notes(authorization, ignored),
        device.deleted());
  }

  private Map<String, String> machine(Hardware device) {
    String name = device.text("machine_name").orElse(UNKNOWN);
    MachineType type =
        machineTypes
            .current()
            .byName()
            .getOrDefault(name, new MachineType(UNKNOWN, UNKNOWN, UNKNOWN));
    return Map.of(
        "machine_name", name,
        "device_name", type.fullName(),
        "vendor", type.vendor(),
        "model", type.model());
  }

  private static String driver(Hardware device) {
    return device.text(DRIVER).orElse(KUBERNETES);
  }

  private static Set<String> profiles(Hardware device) {
    Set<String> profiles = new TreeSet<>();
    if (device.properties().get("device_profiles") instanceof List<?> list) {
      list.forEach(profile -> profiles.add(String.valueOf(profile)));
    }
    return profiles;
  }

  private static Wish.Underlying node(ReconcileContext attempt, Hardware device) {
    Map<String, Object> reported = attempt.dependencies().get(KUBERNETES);
    if (reported == null || !driver(device).equals(KUBERNETES)) {
      return Wish.Underlying.UNKNOWN;
    }
    return reported.containsKey("node_uid") ? Wish.Underlying.THERE : Wish.Underlying.MISSING;
  }
}
