package doni.hardware;

import doni.enrollment.Generation;
import doni.enrollment.LabelSyntax;
import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.policy.PolicyTarget;
import doni.request.RequestRefusedException.NotFound;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Resolves what a caller refers to, or refuses: not found, then forbidden, then stale.
 *
 * <p>{@code ref} is a UUID or the name of live hardware; a UUID wins.
 */
@Component
class HardwareAccess {

  static final String LABEL_SITE = "hardware:label_site";

  private final HardwareInventory inventory;
  private final HardwareReader reader;
  private final AccessPolicy policy;

  HardwareAccess(HardwareInventory inventory, HardwareReader reader, AccessPolicy policy) {
    this.inventory = inventory;
    this.reader = reader;
    this.policy = policy;
  }

  /** Refuses a caller who may not do something in the own project. */
  void enforceForProject(String rule, Caller caller) {
    policy.enforce(rule, caller, PolicyTarget.ownProject(rule, caller));
  }

  /**
   * Refuses a caller who may not see a list.
   *
   * @return the project of the list; null for all projects
   */
  @Nullable String enforceForList(Caller caller, HardwareListQuery query) {
    if (query.allProjects()) {
      enforceForAll("hardware:get", caller);
      return null;
    }
    enforceForProject("hardware:get", caller);
    return caller.projectId();
  }

  /** Refuses a caller who may not do something to hardware. */
  void enforce(String rule, Caller caller, Map<String, String> target) {
    policy.enforce(rule, caller, target);
  }

  /** Refuses a caller who may not do something to the hardware of every project. */
  void enforceForAll(String rule, Caller caller) {
    policy.enforce(rule, caller, PolicyTarget.site());
  }

  /** Returns whether a caller may do something to the hardware of every project. */
  boolean allowsForAll(String rule, Caller caller) {
    return policy.allows(rule, caller, PolicyTarget.site());
  }

  /** Refuses a caller who may not change the site's labels, if a change would. */
  void enforceSiteLabels(Caller caller, HardwareRecord before, HardwareRecord after) {
    if (!after.siteLabels().equals(before.siteLabels())) {
      enforce(LABEL_SITE, caller, before.target());
    }
  }

  /** Refuses a caller who may not set the site's labels, if an enrollment has some. */
  void enforceSiteLabels(
      Caller caller, String projectId, @Nullable Map<String, Object> requestedLabels) {
    if (requestedLabels != null
        && requestedLabels.keySet().stream().anyMatch(LabelSyntax::isOfSite)) {
      enforce(LABEL_SITE, caller, PolicyTarget.devicesOf(projectId));
    }
  }

  /** Reads live hardware. */
  StoredHardware find(String rule, Caller caller, String ref) {
    return checked(rule, caller, ref, reader.stored(ref));
  }

  /** As {@link #find}; a uuid also refers to deleted hardware that is still being cleaned up. */
  StoredHardware findDeletedToo(String rule, Caller caller, String ref) {
    return checked(
        rule,
        caller,
        ref,
        reader.stored(ref).or(() -> HardwareReader.uuid(ref).flatMap(reader::storedDeleted)));
  }

  private StoredHardware checked(
      String rule, Caller caller, String ref, Optional<StoredHardware> found) {
    StoredHardware hardware = found.orElseThrow(() -> NotFound.hardware(ref));
    enforce(rule, caller, hardware.target());
    return hardware;
  }

  /** Returns the hardware as the caller may see it, and its version for this caller. */
  VersionedHardware shown(Caller caller, StoredHardware stored) {
    boolean masked = !mayChange(caller, stored.target());
    return new VersionedHardware(
        reader.version(stored, masked),
        () -> {
          HardwareView hardware = reader.view(stored);
          return masked ? reader.masked(hardware) : hardware;
        });
  }

  /**
   * Returns the hardware as the caller may see it: secrets that are not masked for its owner, such
   * as the join token, are masked for a caller who may not change the hardware.
   */
  HardwareView shown(Caller caller, HardwareView hardware) {
    return mayChange(caller, hardware.target()) ? hardware : reader.masked(hardware);
  }

  private boolean mayChange(Caller caller, Map<String, String> target) {
    return policy.allows("hardware:update", caller, target);
  }

  /**
   * Locks live hardware until the transaction ends.
   *
   * @param expected the generations of which the hardware must have one; null for any
   */
  LockedHardware lock(String rule, Caller caller, String ref, @Nullable Set<Generation> expected) {
    LockedHardware locked = inventory.lock(ref).orElseThrow(() -> NotFound.hardware(ref));
    enforce(rule, caller, locked.target());
    locked.refuseIfStale(expected);
    return locked;
  }

  /** Locks live hardware, or, by its uuid, deleted hardware that is still being cleaned up. */
  LockedHardware lockDeletedToo(String rule, Caller caller, String ref) {
    LockedHardware locked = inventory.lockDeletedToo(ref).orElseThrow(() -> NotFound.hardware(ref));
    enforce(rule, caller, locked.target());
    return locked;
  }
}
