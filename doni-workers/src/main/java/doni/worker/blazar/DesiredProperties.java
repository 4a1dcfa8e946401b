package doni.worker.blazar;

import doni.convergence.StateDetails;
import doni.enrollment.Hardware;
import doni.machinetype.MachineType;
import doni.machinetype.MachineTypes;
import doni.worker.ReconcileContext;
import doni.worker.SharedNames;
import doni.worker.WorkerField;
import doni.worker.blazar.BlazarDesiredState.NodeReport;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Derives from an enrollment what Blazar must have of it; {@link DiscoveredProperties} reverts it.
 */
final class DesiredProperties {

  static final String DRIVER_FIELD = "blazar_device_driver";
  static final String NODE_TYPE = "node_type";
  static final String PLACEMENT = "placement";
  static final String SU_FACTOR = "su_factor";
  static final String NODE_NAME = "node_name";
  static final List<String> PLACEMENT_KEYS = List.of("node", "rack");

  /** The value of a property that stands for a device profile. */
  static final String PROFILE_VALUE = "True";

  static final String UNKNOWN_MACHINE = "unknown";

  private static final Map<String, Object> TEXT = Map.of("type", "string");
  private static final double DEFAULT_SU_FACTOR = 1.0;
  private static final String DEFAULT_CPU_ARCH = "x86_64";

  /** Keys of a device that are not properties but Blazar's own. */
  private static final Set<String> RESERVED_KEYS =
      Set.of("id", "name", "reservable", "created_at", "updated_at");

  private DesiredProperties() {}

  /** Returns the fields that an enrollment has for this kind. */
  static List<WorkerField> fields(ResourceKind kind) {
    List<WorkerField> fields = new ArrayList<>(ProjectAuthorization.fields());
    switch (kind) {
      case DEVICE ->
          fields.add(
              WorkerField.of(DRIVER_FIELD, TEXT)
                  .withFallback(new WorkerField.Fallback.Stored(SharedNames.K8S)));
      case HOST -> {
        fields.add(WorkerField.of(NODE_TYPE, TEXT));
        fields.add(
            WorkerField.of(
                PLACEMENT,
                Map.of(
                    "type",
                    "object",
                    "properties",
                    Map.of("rack", TEXT, "node", TEXT),
                    "additionalProperties",
                    false)));
        fields.add(
            WorkerField.of(SU_FACTOR, Map.of("type", "number"))
                .withFallback(new WorkerField.Fallback.Declared(DEFAULT_SU_FACTOR)));
      }
    }
    return List.copyOf(fields);
  }

  static BlazarDesiredState desired(
      ResourceKind kind, ReconcileContext attempt, BlazarClient client, MachineTypes machineTypes) {
    Hardware hardware = attempt.hardware();
    ProjectAuthorization authorization =
        hardware.deleted()
            ? ProjectAuthorization.none()
            : ProjectAuthorization.of(hardware, client);
    String uid = hardware.id().toString();
    Map<String, String> properties = new HashMap<>();
    // Without it no lease could name the resource.
    properties.put(BlazarResource.UID, uid);
    Set<String> ignoredProfiles = new TreeSet<>();
    switch (kind) {
      case DEVICE -> {
        putMachine(hardware, machineTypes, properties);
        putProfiles(hardware, properties, ignoredProfiles);
      }
      case HOST -> putHost(hardware, properties);
    }
    properties.putAll(authorization.properties());
    return new BlazarDesiredState(
        kind,
        uid,
        switch (kind) {
          case DEVICE -> hardware.name().toLowerCase(Locale.ROOT);
          case HOST -> uid;
        },
        properties,
        authorization.managedKeys(),
        hardware.windows(),
        nodes(kind, attempt),
        authorization.problem(),
        notes(authorization, ignoredProfiles),
        hardware.generation(),
        hardware.deleted());
  }

  private static void putMachine(
      Hardware device, MachineTypes machineTypes, Map<String, String> properties) {
    String name = device.text(MachineTypes.PROPERTY).orElse(UNKNOWN_MACHINE);
    MachineType type =
        machineTypes
            .byName()
            .getOrDefault(name, new MachineType(UNKNOWN_MACHINE, UNKNOWN_MACHINE, UNKNOWN_MACHINE));
    properties.put("device_driver", driver(device));
    properties.put("device_type", "container");
    // Version 1 were devices that enrolled as Zun compute nodes.
    properties.put("platform_version", "2");
    properties.put("machine_name", name);
    properties.put("device_name", type.fullName());
    properties.put("vendor", type.vendor());
    properties.put("model", type.model());
  }

  private static void putProfiles(
      Hardware device, Map<String, String> properties, Set<String> ignored) {
    if (!(device.properties().get(SharedNames.DEVICE_PROFILES) instanceof List<?> profiles)) {
      return;
    }
    Set<String> taken = new TreeSet<>(properties.keySet());
    taken.addAll(RESERVED_KEYS);
    taken.addAll(ProjectAuthorization.KEYS);
    for (Object entry : profiles) {
      String profile = String.valueOf(entry);
      if (taken.contains(profile)) {
        ignored.add(profile);
      } else {
        properties.put(profile, PROFILE_VALUE);
      }
    }
  }

  private static void putHost(Hardware host, Map<String, String> properties) {
    properties.put(NODE_NAME, host.name());
    properties.put(SharedNames.CPU_ARCH, host.text(SharedNames.CPU_ARCH).orElse(DEFAULT_CPU_ARCH));
    // In Blazar's form, 1.0, whatever form it was typed in.
    properties.put(
        SU_FACTOR,
        Double.toString(
            host.properties().get(SU_FACTOR) instanceof Number number
                ? number.doubleValue()
                : DEFAULT_SU_FACTOR));
    host.text(NODE_TYPE).ifPresent(type -> properties.put(NODE_TYPE, type));
    if (host.properties().get(PLACEMENT) instanceof Map<?, ?> placement) {
      for (String key : PLACEMENT_KEYS) {
        if (placement.get(key) instanceof String text && !text.isEmpty()) {
          properties.put(PLACEMENT + "." + key, text);
        }
      }
    }
  }

  private static String driver(Hardware device) {
    return device.text(DRIVER_FIELD).orElse(SharedNames.K8S);
  }

  private static NodeReport nodes(ResourceKind kind, ReconcileContext attempt) {
    Map<String, Object> recorded = attempt.dependencies().get(kind.dependency());
    if (recorded == null) {
      return NodeReport.UNMANAGED;
    }
    return switch (kind) {
      case DEVICE ->
          driver(attempt.hardware()).equals(SharedNames.K8S)
              ? clusterNodes(attempt.hardware(), new StateDetails(recorded))
              : NodeReport.UNMANAGED;
      // Other details may describe a node that could not be created yet.
      case HOST ->
          new NodeReport(
              true,
              recorded.containsKey(SharedNames.PROVISION_STATE)
                  ? Set.of(attempt.hardware().id().toString())
                  : Set.of(),
              true);
    };
  }

  /** A uid alone does not say which Node has it: the device may have been renamed since. */
  private static NodeReport clusterNodes(Hardware device, StateDetails k8s) {
    Set<String> present = new TreeSet<>(k8s.object(SharedNames.FORMER_NODES).keySet());
    if (k8s.text(SharedNames.NODE_UID).isPresent()) {
      k8s.text(SharedNames.NODE_NAME).ifPresent(present::add);
    }
    boolean current =
        k8s.number(SharedNames.NODE_GENERATION)
            .filter(generation -> generation == device.generation().value())
            .isPresent();
    return new NodeReport(true, present, current);
  }

  private static Map<String, @Nullable Object> notes(
      ProjectAuthorization authorization, Set<String> ignoredProfiles) {
    Map<String, @Nullable Object> notes = new TreeMap<>();
    notes.put(
        "unknown_projects", authorization.unknown().isEmpty() ? null : authorization.unknown());
    notes.put(
        "ignored_device_profiles", ignoredProfiles.isEmpty() ? null : List.copyOf(ignoredProfiles));
    return notes;
  }
}
