package doni.hardware;

import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.policy.PolicyTarget;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * Predicts which actions the use cases would refuse to a caller, so that a page can leave them out.
 * The use cases decide: this class protects nothing.
 */
@Component
public class HardwarePermissions {

  /**
   * What a caller may do with one device.
   *
   * @param sync whether {@link HardwareService#sync} admits the caller
   * @param quarantine whether {@link QuarantineService} admits the caller
   * @param delete whether {@link HardwareService#delete} admits the caller
   */
  public record AllowedActions(boolean sync, boolean quarantine, boolean delete) {}

  private final AccessPolicy policy;

  HardwarePermissions(AccessPolicy policy) {
    this.policy = policy;
  }

  /** Returns what a caller may do with a device; a deleted one can only be synced. */
  public AllowedActions of(Caller caller, HardwareView hardware) {
    Map<String, String> target = hardware.target();
    boolean live = hardware.deletedAt() == null;
    return new AllowedActions(
        policy.allows("hardware:update", caller, target),
        live && policy.allows(QuarantineService.RULE, caller, target),
        live && policy.allows("hardware:delete", caller, target));
  }

  /** Returns whether a caller may see the devices of every project. */
  public boolean everyProject(Caller caller) {
    return policy.allows("hardware:get", caller, PolicyTarget.site());
  }
}
