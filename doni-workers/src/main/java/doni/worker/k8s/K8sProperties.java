package doni.worker.k8s;

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
 * The settings of the k8s worker.
 *
 * @param kubeconfigFile how to reach the cluster. May come later than the service and be replaced
 *     at any time
 * @param expectedLabelsIndexProperty the property of a device by whose value its labels are found
 * @param expectedLabels value of that property to {@code key=value|key=value}; replaces what is
 *     built in
 * @param revokeTokenWhenReady delete a bootstrap token as soon as its device has joined, instead of
 *     letting it expire
 * @param onDelete what becomes of the Node of a deleted device
 * @param tokenLifetime how long a bootstrap token is good for; it is renewed when less than half is
 *     left and the device has not joined
 * @param connectTimeout for a connection to the API server
 * @param requestTimeout for an answer of the API server
 * @param backend {@code kubeconfig} for a cluster, {@code in-memory} for development without one
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

  /** What becomes of the Node of a deleted device. */
  enum OnDelete {
    /** It is deleted as soon as Blazar has let go of it. */
    DELETE_NODE,
    /** It stays, without our labels and taint. */
    KEEP_NODE
  }

  /**
   * A taint that keeps what does not tolerate it off the devices.
   *
   * @param effect {@code NoSchedule} leaves running pods alone; {@code NoExecute} evicts every pod
   *     that does not tolerate it, users' containers included
   */
  record WorkerTaint(
      @DefaultValue("false") boolean enabled,
      @DefaultValue("worker-node") String key,
      @DefaultValue("true") String value,
      @DefaultValue("NoSchedule") String effect) {

    private static final String SETTING = "doni.workers.k8s.worker-taint.";
    private static final Set<String> EFFECTS =
        Set.of("NoSchedule", "PreferNoSchedule", "NoExecute");

    WorkerTaint {
      check(
          LabelSyntax.isKey(key) && !LabelSyntax.isReserved(key),
          SETTING + "key",
          key,
          LabelSyntax.KEY + ", no key of " + LabelSyntax.reserved());
      // Kubernetes takes an empty value, Zun does not tolerate one.
      check(
          !value.isEmpty() && LabelSyntax.isValue(value),
          SETTING + "value",
          value,
          "1 to 63 letters, digits, '-', '_' or '.', with a letter or digit at both ends");
      check(
          EFFECTS.contains(effect),
          SETTING + "effect",
          effect,
          "NoSchedule, PreferNoSchedule, NoExecute");
    }

    /** Empty when it is switched off. */
    Optional<Taint> wanted() {
      return enabled ? Optional.of(Taint.of(key, value, effect)) : Optional.empty();
    }
  }

  K8sProperties {
    expectedLabels =
        Map.copyOf(expectedLabels == null ? ExpectedLabels.OF_A_CHAMELEON_SITE : expectedLabels);
    ExpectedLabels.parse(expectedLabels);
    check(
        !expectedLabelsIndexProperty.isBlank(),
        "doni.workers.k8s.expected-labels-index-property",
        expectedLabelsIndexProperty,
        "the name of a property");
    check(isPath(kubeconfigFile), "doni.workers.k8s.kubeconfig-file", kubeconfigFile, "a path");
    check(
        tokenLifetime.compareTo(Duration.ofMinutes(10)) >= 0,
        "doni.workers.k8s.token-lifetime",
        tokenLifetime.toString(),
        "10m or longer");
    checkTimeout("connect-timeout", connectTimeout);
    checkTimeout("request-timeout", requestTimeout);
  }

  ExpectedLabels labels() {
    return ExpectedLabels.parse(expectedLabels == null ? Map.of() : expectedLabels);
  }

  /** Empty while no file is configured. */
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

  private static void checkTimeout(String name, Duration timeout) {
    check(
        timeout.toMillis() > 0 && timeout.compareTo(Duration.ofMinutes(5)) <= 0,
        "doni.workers.k8s." + name,
        timeout.toString(),
        "more than 0 and at most 5m");
  }

  private static void check(boolean right, String setting, String value, String allowed) {
    if (!right) {
      throw new IllegalArgumentException(
          "%s is '%s'; allowed: %s".formatted(setting, value, allowed));
    }
  }
}
