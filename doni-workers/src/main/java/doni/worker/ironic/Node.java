package doni.worker.ironic;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A node as Ironic shows it.
 *
 * @param driverInfo without nulls; the value of a key that names a password is a {@link
 *     doni.enrollment.Secret}, and mostly one of asterisks
 * @param properties without nulls
 * @param state its provision state in Ironic's words
 * @param lastError of whatever failed last; outlives what repaired it
 * @param reservation the conductor that holds the node's lock
 * @param fault why Ironic itself has set maintenance; null when a person did
 * @param instanceUuid what is deployed, or about to be
 */
record Node(
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
    @Nullable String fault,
    @Nullable String instanceUuid) {

  /** A machine that does not answer for a while, one that was unplugged for example. */
  private static final String POWER_FAILURE = "power failure";

  Node {
    driverInfo = Map.copyOf(driverInfo);
    properties = Map.copyOf(properties);
  }

  ProvisionState provisionState() {
    return ProvisionState.of(state);
  }

  /** Whether somebody has it, or has claimed it: a claimed node still says that it is available. */
  boolean inUse() {
    return instanceUuid != null || provisionState() == ProvisionState.IN_USE;
  }

  boolean lostItsPower() {
    return maintenance && POWER_FAILURE.equals(fault);
  }

  boolean locked() {
    return reservation != null;
  }

  Optional<String> error() {
    return Optional.ofNullable(lastError).filter(text -> !text.isBlank());
  }
}
