package doni.worker.k8s;

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
 * Settings of the k8s worker.
 *
 * @param kubeconfigFile path of the kubeconfig; the file may appear and be replaced at any time
 * @param expectedLabelsIndexProperty property of a device whose value selects its labels
 * @param expectedLabels labels as {@code key=value|key=value}, by the value of that property;
 *     replaces the defaults
 * @param revokeTokenWhenReady whether to delete a bootstrap token as soon as its device has joined,
 *     instead of letting it expire
 * @param onDelete whether the Node of a deleted device is deleted
 * @param tokenLifetime lifetime of a bootstrap token; renewed when less than half is left and the
 *     device has not joined
 * @param connectTimeout timeout of a connection to the API server
 * @param requestTimeout timeout of a call to the API server
 * @param backend {@code kubeconfig} for a cluster, {@code in-memory} for development
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
   * A taint that repels pods that do not tolerate it from the devices.
   *
   * @param effect {@code NoSchedule} leaves running pods alone; {@code NoExecute} evicts every pod
   *     that does not tolerate it, users' containers included
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
