package doni.api.web;

import java.util.List;
import java.util.Map;

/**
 * The values that exist for filters on a kind of thing. They are those of the code, not those that
 * a site has enabled: devices, tasks and events of a type outlive its configuration.
 */
final class FilterValues {

  static final Map<String, List<String>> BY_PARAMETER =
      Map.of(
          "hardware_type",
          List.of("baremetal", "device.balena", "fake-hardware"),
          "worker_type",
          List.of(
              "balena",
              "blazar.device",
              "blazar.physical_host",
              "fake-worker",
              "ironic",
              "k8s",
              "tunelo"),
          "kind",
          List.of(
              "device.degraded",
              "device.milestone.lost",
              "device.milestone.reached",
              "device.never_seen",
              "device.offline",
              "device.online",
              "devices.lost",
              "devices.returned",
              "hardware.created",
              "hardware.deleted",
              "hardware.force_deleted",
              "hardware.labeled",
              "hardware.migrated",
              "hardware.quarantined",
              "hardware.released",
              "hardware.synced",
              "hardware.updated",
              "worker.deferred",
              "worker.drift",
              "worker.drift.reported",
              "worker.failed",
              "worker.gone",
              "worker.lost",
              "worker.orphan.found",
              "worker.quarantined",
              "worker.shadow.reported",
              "worker.synced"));

  private FilterValues() {}
}
