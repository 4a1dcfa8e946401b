package doni.hardware;

import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.policy.PolicyTarget;
import java.util.List;
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
   * @param bake whether {@link BootConfigurationService#of} admits the caller and has a file
   */
  public record AllowedActions(boolean sync, boolean quarantine, boolean delete, boolean bake) {}

  private final AccessPolicy policy;
  private final BootConfigurationService bootConfigurations;

  HardwarePermissions(AccessPolicy policy, BootConfigurationService bootConfigurations) {
    this.policy = policy;
    this.bootConfigurations = bootConfigurations;
  }

  /** Returns what a caller may do with a device; a deleted one can only be synced. */
  public AllowedActions of(Caller caller, HardwareView hardware) {
    Map<String, String> target = hardware.target();
    boolean live = hardware.deletedAt() == null;
    return new AllowedActions(
        policy.allows("hardware:update", caller, target),
        live && policy.allows(QuarantineService.RULE, caller, target),
        live && policy.allows("hardware:delete", caller, target),
        live
            && policy.allows(BootConfigurationService.RULE, caller, target)
            && bootConfigurations.isReady(hardware));
  }

  /** Returns what a caller may do with many devices of the own project; none of it is baking. */
  public AllowedActions ofProject(Caller caller) {
    Map<String, String> target = PolicyTarget.devicesOf(caller.projectId());
    return new AllowedActions(
        policy.allows("hardware:update", caller, target),
        policy.allows(QuarantineService.RULE, caller, target),
        policy.allows("hardware:delete", caller, target),
        false);
  }

  /** Returns whether {@link HardwareService#create} admits a caller, in the caller's project. */
  public boolean create(Caller caller) {
    String rule = "hardware:create";
    return policy.allows(rule, caller, PolicyTarget.ownProject(rule, caller));
  }

  /** Returns whether a caller may change the labels of a device that belong to the site. */
  public boolean siteLabels(Caller caller, HardwareView hardware) {
    return policy.allows(HardwareAccess.LABEL_SITE, caller, hardware.target());
  }

  /** Returns whether a caller may see the devices of every project. */
  public boolean everyProject(Caller caller) {
    return policy.allows("hardware:get", caller, PolicyTarget.site());
  }

  /** Returns whether a caller may begin and control resync runs. */
  public boolean resyncRuns(Caller caller) {
    return policy.allows("hardware:sync_all", caller, PolicyTarget.site());
  }

  /** Returns whether a caller may see leftovers. */
  public boolean leftovers(Caller caller) {
    return policy.allows("leftover:get", caller, PolicyTarget.site());
  }

  /**
   * What a rule of the policy says of a caller.
   *
   * @param ownProject about the caller's project and its devices
   * @param site about the site, and so about the devices of every project
   */
  public record RuleAnswer(String rule, boolean ownProject, boolean site) {}

  /**
   * Returns what each rule says of a caller; one that compares a device's name may say otherwise.
   */
  public List<RuleAnswer> rules(Caller caller) {
    return AccessPolicy.questions().stream()
        .map(rule ->
            new RuleAnswer(
                rule,
                policy.allows(rule, caller, PolicyTarget.ownProject(rule, caller)),
                policy.allows(rule, caller, PolicyTarget.site())))
        .toList();
  }
}
