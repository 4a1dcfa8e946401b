package doni.worker.k8s;

import doni.enrollment.Secret;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The object in the cluster that makes a bootstrap token valid.
 *
 * @param bootstrapType whether its type, which never changes, is the one of bootstrap tokens
 * @param hardware the uuid of the device it was written for; null on one that another program wrote
 * @param secret the token's secret part
 * @param expires null when it never does, or when the text says nothing the cluster understands
 * @param complete whether its id agrees with its name and it may be used to join
 */
record TokenSecret(
    String id,
    boolean bootstrapType,
    @Nullable String hardware,
    @Nullable Secret secret,
    @Nullable Instant expires,
    boolean complete) {

  /** Whether this device may use it: it was written for it, or holds exactly its token. */
  boolean usableBy(String hardwareUuid, BootstrapToken token) {
    return bootstrapType && (hardwareUuid.equals(hardware) || token.secret().equals(secret));
  }

  /**
   * Whether this device may delete it. Stricter than {@link #usableBy}: one that carries another
   * device's uuid stays, even if both devices were given the same token.
   */
  boolean ownedBy(String hardwareUuid, @Nullable BootstrapToken token) {
    if (!bootstrapType) {
      return false;
    }
    return hardware == null
        ? token != null && token.secret().equals(secret)
        : hardware.equals(hardwareUuid);
  }
}
