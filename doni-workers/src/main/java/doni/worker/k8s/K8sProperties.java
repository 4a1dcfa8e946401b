package doni.worker.k8s;

import doni.enrollment.LabelSyntax;
import doni.worker.SettingRules;
import doni.worker.k8s.ClusterNode.NodeTaint;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the k8s worker, under {@code doni.workers.k8s}.
 *
 * @param kubeconfigFile path of the kubeconfig. The file may appear after the start, and is
 *     reloaded on change
 * @param expectedLabels node labels for each value of {@code expected-labels-index-property}, as
 *     {@code key=value|key=value}; if set, replaces all built-in labels, which are those of a
 *     Chameleon site
 * @param expectedLabelsIndexProperty device property whose value selects the labels in {@code
 *     expected-labels}
 * @param workerTaint taint that repels pods without a matching toleration from devices
 * @param revokeTokenWhenReady whether the bootstrap token is deleted as soon as the device has
 *     joined, instead of when it expires
 * @param onDelete what happens to the Node of a deleted device: {@code delete-node} deletes it as
 *     soon as Blazar has released it, {@code keep-node} leaves it without the labels and taint of
 *     Doni
 * @param tokenLifetime lifetime of a bootstrap token, at least {@code 10m}; renewed when less than
 *     half is left and the device has not joined
 * @param connectTimeout time limit for a connection to the API server
 * @param requestTimeout time limit for an answer of the API server
 * @param backend {@code kubeconfig} for a cluster, or {@code in-memory} for development without one
 */
@Validated
@ConfigurationProperties(prefix = "doni.workers.k8s", ignoreUnknownFields = false)
record K8sProperties(
    @DefaultValue("") String kubeconfigFile,
    @DefaultValue("machine_name") String expectedLabelsIndexProperty,
    @Nullable Map<String, String> expectedLabels,
    @DefaultValue WorkerTaint workerTaint,
    @DefaultValue("false") boolean revokeTokenWhenReady,
    @DefaultValue("delete-node") OnDelete onDelete,
    @DefaultValue("7d") Duration tokenLifetime,
    @DefaultValue("5s") Duration connectTimeout,
    @DefaultValue("15s") Duration requestTimeout,
    @DefaultValue("kubeconfig") String backend) {

  /** Whether the Node of a deleted device is deleted. */
  enum OnDelete {
    /** It is deleted as soon as Blazar has released it. */
    DELETE_NODE,
    /** It stays, without the worker's labels and taint. */
    KEEP_NODE
  }

  /**
   * Taint that repels pods without a matching toleration from devices.
   *
   * @param enabled whether devices get the taint
   * @param key key of the taint; a key that Kubernetes or Doni reserves is refused
   * @param value value of the taint, 1 to 63 characters
   * @param effect {@code NoSchedule} or {@code PreferNoSchedule}, which leave running pods alone,
   *     or {@code NoExecute}, which evicts every pod without a matching toleration, including the
   *     containers of users
   */
  record WorkerTaint(
      @DefaultValue("false") boolean enabled,
      @DefaultValue("worker-node") String key,
      @DefaultValue("true") String value,
      @DefaultValue("NoSchedule") String effect) {

    private static final SettingRules RULES = new SettingRules("doni.workers.k8s.worker-taint.");
    private static final Set<String> EFFECTS =
        Set.of("NoSchedule", "PreferNoSchedule", "NoExecute");

    WorkerTaint {
      RULES.require(
          LabelSyntax.isKey(key) && !LabelSyntax.isReserved(key),
          "key",
          key,
          LabelSyntax.KEY + ", no key of " + LabelSyntax.reserved());
      // Kubernetes accepts an empty value, Zun does not tolerate one.
      RULES.require(
          !value.isEmpty() && LabelSyntax.isValue(value),
          "value",
          value,
          "1 to 63 letters, digits, '-', '_' or '.', with a letter or digit at both ends");
      RULES.require(
          EFFECTS.contains(effect), "effect", effect, "NoSchedule, PreferNoSchedule, NoExecute");
    }

    /** Returns the taint; empty when it is disabled. */
    Optional<NodeTaint> wanted() {
      return enabled ? Optional.of(NodeTaint.of(key, value, effect)) : Optional.empty();
    }
  }

  private static final SettingRules RULES = new SettingRules("doni.workers.k8s.");

  K8sProperties {
    expectedLabels =
        Map.copyOf(expectedLabels == null ? ExpectedLabels.CHAMELEON_DEFAULTS : expectedLabels);
    ExpectedLabels.parse(expectedLabels);
    RULES.require(
        !expectedLabelsIndexProperty.isBlank(),
        "expected-labels-index-property",
        expectedLabelsIndexProperty,
        "the name of a property");
    RULES.require(isPath(kubeconfigFile), "kubeconfig-file", kubeconfigFile, "a path");
    RULES.require(
        tokenLifetime.compareTo(Duration.ofMinutes(10)) >= 0,
        "token-lifetime",
        tokenLifetime.toString(),
        "10m or longer");
    RULES.timeout("connect-timeout", connectTimeout);
    RULES.timeout("request-timeout", requestTimeout);
  }

  ExpectedLabels labels() {
    return ExpectedLabels.parse(expectedLabels == null ? Map.of() : expectedLabels);
  }

  /** Returns the path; empty where none is set. */
  Optional<Path> kubeconfig() {
    return kubeconfigFile.isBlank() ? Optional.empty() : Optional.of(Path.of(kubeconfigFile));
  }

  private static boolean isPath(String text) {
    try {
      var _ = Path.of(text);
      return true;
    } catch (InvalidPathException _) {
      return false;
    }
  }
}
