package doni.worker.ironic;

import doni.enrollment.HardwareId;
import doni.worker.DeviceSignal;
import doni.worker.DeviceSignal.SignalStatus;
import doni.worker.SiteListing.MarkedObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node and its ports, read together.
 *
 * @param node empty when there is none, or none that the service user may see
 * @param ports those of this node only
 */
record IronicObservedState(Optional<IronicNode> node, List<IronicPort> ports) {

  static final IronicObservedState ABSENT = new IronicObservedState(Optional.empty(), List.of());

  IronicObservedState {
    ports = List.copyOf(ports);
  }

  /**
   * A node as Ironic shows it.
   *
   * @param driverInfo without nulls; the value of a key that names a password is a {@link
   *     doni.enrollment.Secret}, in most cases one of asterisks
   * @param properties without nulls
   * @param state its provision state in Ironic's words
   * @param lastError the last error of any kind; it outlives the repair
   * @param reservation the conductor that holds the node's lock
   * @param maintenanceReason as Ironic or the person gave it who set maintenance
   * @param fault why Ironic itself has set maintenance; null when a person did
   * @param powerState in Ironic's words; null while Ironic has not reached the BMC
   * @param instanceUuid what is deployed, or about to be
   */
  record IronicNode(
      String uuid,
      @Nullable String name,
      @Nullable String driver,
      @Nullable String resourceClass,
      Map<String, Object> driverInfo,
      Map<String, Object> properties,
      String state,
      @Nullable String lastError,
      @Nullable String reservation,
      boolean maintenance,
      @Nullable String maintenanceReason,
      @Nullable String fault,
      @Nullable String powerState,
      @Nullable String instanceUuid) {

    /** The machine has not answered for a while, for example because it was unplugged. */
    private static final String POWER_FAILURE = "power failure";

    IronicNode {
      driverInfo = Map.copyOf(driverInfo);
      properties = Map.copyOf(properties);
    }

    ProvisionState provisionState() {
      return ProvisionState.of(state);
    }

    /** Returns whether it is deployed or claimed: a claimed node still has the state available. */
    boolean inUse() {
      return instanceUuid != null || provisionState() == ProvisionState.IN_USE;
    }

    boolean lostItsPower() {
      return maintenance && POWER_FAILURE.equals(fault);
    }

    /** Returns why nothing can be deployed on a node in maintenance, and what ends that. */
    String maintenanceProblem() {
      String cause =
          Stream.of(
                  Optional.ofNullable(fault),
                  Optional.ofNullable(maintenanceReason),
                  fault == null ? Optional.<String>empty() : error())
              .flatMap(Optional::stream)
              .filter(text -> !text.isBlank())
              .distinct()
              .collect(Collectors.joining(": "));
      return "node in maintenance mode: %s; %s"
          .formatted(
              cause.isEmpty() ? "no reason given" : cause,
              lostItsPower()
                  ? "check the BMC's address, credentials and network; Ironic ends the maintenance when it answers"
                  : "take the node out of maintenance in Ironic");
    }

    /**
     * Returns whether Ironic reaches the host's BMC; none for a node that is not ours. A host that
     * is powered off responds: between two uses, every host is.
     */
    Stream<DeviceSignal> signal() {
      return MarkedObject.of("node", uuid, false).map(marked -> signal(marked.device()));
    }

    private DeviceSignal signal(HardwareId id) {
      if (lostItsPower()) {
        return DeviceSignal.of(id, SignalStatus.SILENT, "Ironic does not reach its BMC", null);
      }
      if (powerState == null) {
        return DeviceSignal.of(
            id, SignalStatus.NEVER_RESPONDED, "Ironic has not reached its BMC yet", null);
      }
      if (maintenance) {
        return DeviceSignal.of(
            id, SignalStatus.IMPAIRED, "its node in Ironic is in maintenance", null);
      }
      boolean failed =
          switch (provisionState()) {
            case FAILED, ADOPT_FAILED, USE_FAILED -> true;
            case ENROLL, VERIFYING, MANAGEABLE, AVAILABLE, IN_USE, CHANGING_USE, IN_TRANSITION ->
                false;
          };
      return failed
          ? DeviceSignal.of(
              id, SignalStatus.IMPAIRED, "its node in Ironic is in state '" + state + "'", null)
          : DeviceSignal.of(id, SignalStatus.RESPONDS, "its BMC responds", null);
    }

    boolean locked() {
      return reservation != null;
    }

    Optional<String> error() {
      return Optional.ofNullable(lastError).filter(text -> !text.isBlank());
    }
  }

  /**
   * A network interface of a node, as Ironic shows it.
   *
   * @param macAddress in lower case
   * @param extra free-form values of all clients; without nulls
   * @param link the switch port behind it; empty when unknown
   */
  record IronicPort(
      String uuid,
      String nodeUuid,
      String macAddress,
      Map<String, Object> extra,
      boolean pxeEnabled,
      Map<String, Object> link) {

    IronicPort {
      extra = Map.copyOf(extra);
      link = Map.copyOf(link);
    }
  }

  /** The provision states of a node, grouped by what may be done in them. */
  enum ProvisionState {
    ENROLL,
    VERIFYING,
    MANAGEABLE,
    AVAILABLE,
    /** Deployed. */
    IN_USE,
    /** Between available and deployed, in either direction, or between two uses. */
    CHANGING_USE,
    /** Cleaning, inspecting or adopting; the result is not known yet. */
    IN_TRANSITION,
    /** Cleaning or inspecting failed; the node can be taken back to manageable. */
    FAILED,
    ADOPT_FAILED,
    /** Deploying, rescuing or deleting failed: an instance may still be on the node. */
    USE_FAILED;

    /** Returns the group of a state; one that a later release adds counts as a transition. */
    static ProvisionState of(String state) {
      return switch (state) {
        case "enroll" -> ENROLL;
        case "verifying" -> VERIFYING;
        case "manageable" -> MANAGEABLE;
        case "available" -> AVAILABLE;
        case "active", "rescue" -> IN_USE;
        case "deploying",
            "wait call-back",
            "deploy hold",
            "rescuing",
            "rescue wait",
            "unrescuing",
            "servicing",
            "service wait",
            "service hold",
            "rebuild" ->
            CHANGING_USE;
        case "clean failed", "inspect failed" -> FAILED;
        case "adopt failed" -> ADOPT_FAILED;
        case "deploy failed", "rescue failed", "unrescue failed", "service failed", "error" ->
            USE_FAILED;
        default -> IN_TRANSITION;
      };
    }

    /** Returns whether the state ends by itself. */
    boolean isTransient() {
      return this == VERIFYING || this == CHANGING_USE || this == IN_TRANSITION;
    }
  }
}
