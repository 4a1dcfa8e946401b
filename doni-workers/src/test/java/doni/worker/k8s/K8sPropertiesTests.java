package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

@NullMarked
class K8sPropertiesTests {

  private static final String PREFIX = "doni.workers.k8s";

  @Test
  void comesWithTheLabelsOfAChameleonSite() {
    ExpectedLabels labels = bind(Map.of()).labels();

    assertThat(labels.of("jetson-nano"))
        .isEqualTo(
            Map.of(
                "smarter-device-manager", "enabled",
                "smarter-device-manager/configmap", "jetson",
                "nvidia-device-plugin/enabled", "true"));
  }

  @Test
  void comesWithDefaults() {
    K8sProperties properties = bind(Map.of());

    assertThat(properties)
        .returns("machine_name", K8sProperties::expectedLabelsIndexProperty)
        .returns(Duration.ofDays(7), K8sProperties::tokenLifetime)
        .returns(false, K8sProperties::revokeTokenWhenReady)
        .returns(K8sProperties.OnDelete.DELETE_NODE, K8sProperties::onDelete)
        .returns("kubeconfig", K8sProperties::backend);
    assertThat(properties.kubeconfig()).isEmpty();
    assertThat(properties.workerTaint().wanted()).isEmpty();
  }

  @Test
  void readsEverySetting() {
    K8sProperties properties =
        bind(
            Map.of(
                PREFIX + ".kubeconfig-file", "/etc/doni/kubeconfig",
                PREFIX + ".expected-labels-index-property", "kind",
                PREFIX + ".expected-labels.raspberrypi4-64", "x/y=1|z=",
                PREFIX + ".worker-taint.enabled", "true",
                PREFIX + ".worker-taint.effect", "NoExecute",
                PREFIX + ".revoke-token-when-ready", "true",
                PREFIX + ".on-delete", "keep-node",
                PREFIX + ".token-lifetime", "1d",
                PREFIX + ".request-timeout", "3s",
                PREFIX + ".backend", "in-memory"));

    assertThat(properties)
        .isEqualTo(
            new K8sProperties(
                "/etc/doni/kubeconfig",
                "kind",
                Map.of("raspberrypi4-64", "x/y=1|z="),
                new K8sProperties.WorkerTaint(true, "worker-node", "true", "NoExecute"),
                true,
                K8sProperties.OnDelete.KEEP_NODE,
                Duration.ofDays(1),
                Duration.ofSeconds(5),
                Duration.ofSeconds(3),
                "in-memory"));
    assertThat(properties.kubeconfig()).contains(Path.of("/etc/doni/kubeconfig"));
    assertThat(properties.labels().of("raspberrypi4-64")).isEqualTo(Map.of("x/y", "1", "z", ""));
    assertThat(properties.labels().of("jetson-nano")).isEmpty();
  }

  /** What {@code expected-labels: {}} in a YAML file becomes. */
  @Test
  void anEmptyMapMeansNoLabels() {
    K8sProperties properties = bind(Map.of(PREFIX + ".expected-labels", ""));

    assertThat(properties.labels().keys()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          expected-labels.pi     ; novalue                         ; 'novalue'; key=value|key=value
          expected-labels.pi     ; -a=1                            ; '-a'; 1 to 63 letters
          expected-labels.pi     ; a/b/c=1                         ; 'a/b/c'; 1 to 63 letters
          expected-labels.pi     ; a=b c                           ; 'b c'; at most 63 letters
          expected-labels.pi     ; a=1|a=2                         ; 'a'; only once
          expected-labels.pi     ; kubernetes.io/arch=arm64        ; 'kubernetes.io/arch'; no key of
          expected-labels.pi     ; blazar.openstack.org/device=1   ; 'blazar.openstack.org/device'; no key of
          expected-labels.pi     ; chi.edge/local_egress=deny      ; 'chi.edge/local_egress'; not chi.edge/local_egress
          worker-taint.key       ; a b                             ; 'a b'; 1 to 63 letters
          worker-taint.key       ; node.kubernetes.io/unreachable  ; 'node.kubernetes.io/unreachable'; no key of
          worker-taint.value     ; ''                              ; ''; 1 to 63 letters
          worker-taint.effect    ; Evict                           ; 'Evict'; NoSchedule, PreferNoSchedule, NoExecute
          token-lifetime         ; 5s                              ; 'PT5S'; 10m or longer
          request-timeout        ; 0s                              ; 'PT0S'; at most 5m
          """)
  void refusesAWrongValueNamingTheKeyAndWhatIsAllowed(
      String key, String value, String shown, String allowed) {
    assertThatThrownBy(() -> bind(Map.of(PREFIX + "." + key, value)))
        .rootCause()
        .hasMessageContaining(PREFIX + "." + key)
        .hasMessageContaining(shown.replace("\"", ""))
        .hasMessageContaining(allowed);
  }

  private static K8sProperties bind(Map<String, String> settings) {
    return new Binder(new MapConfigurationPropertySource(settings))
        .bindOrCreate(PREFIX, K8sProperties.class);
  }
}
