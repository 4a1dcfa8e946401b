package doni.worker.balena;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.HardwareId;
import doni.worker.BootConfiguration;
import doni.worker.BootConfiguration.BootFile;
import doni.worker.BootConfiguration.BootingDevice;
import doni.worker.BootConfiguration.NoBootFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BalenaBootFileTests {

  private static final String CLOUD = "https://api.balena-cloud.com";
  private static final Map<String, Object> REGISTERED =
      Map.of("device_id", 41L, "fleet_id", 7L, "device_api_key", "canary-key");

  @Test
  void equalsWhatChiEdgeWritesForBalenaCloud() {
    Map<String, @Nullable Object> expected = new HashMap<>();
    expected.put("uuid", "7cc05bd00d8a4b2c9b5c0c9d4cc7f1aa");
    expected.put("hostname", "edge-01");
    expected.put("applicationId", 7L);
    expected.put("userId", null);
    expected.put("deviceApiKey", "canary-key");
    expected.put("deviceApiKeys", Map.of("api.balena-cloud.com", "canary-key"));
    expected.put("registered_at", "1930305600000");
    expected.put("registeredAt", "1930305600000");
    expected.put("appUpdatePollInterval", "60000");
    expected.put("listenPort", "48484");
    expected.put("vpnPort", "443");
    expected.put("apiEndpoint", "https://api.balena-cloud.com");
    expected.put("vpnEndpoint", "vpn.balena-cloud.com");
    expected.put("registryEndpoint", "registry2.balena-cloud.com");
    expected.put("deltaEndpoint", "https://delta.balena-cloud.com");

    assertThat(file(CLOUD, "", "", "", null)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          https://api.edge.example      ; ''        ; ''        ; ''               ; api.edge.example      ; cloudlink.edge.example ; registry2.edge.example ; https://delta.edge.example
          https://api.edge.example:8443 ; vpn.x:444 ; ''        ; ''               ; api.edge.example:8443 ; vpn.x:444              ; registry2.edge.example ; https://delta.edge.example
          https://balena.example        ; vpn.x     ; reg.x:5000 ; https://delta.x/ ; balena.example        ; vpn.x                  ; reg.x:5000             ; https://delta.x
          """)
  void namesTheEndpointsOfAnOpenBalena(
      String api,
      String vpn,
      String registry,
      String delta,
      String host,
      String expectedVpn,
      String expectedRegistry,
      String expectedDelta) {
    Map<String, @Nullable Object> file = file(api, vpn, registry, delta, null);

    assertThat(file)
        .containsEntry("apiEndpoint", api)
        .containsEntry("deviceApiKeys", Map.of(host, "canary-key"))
        .containsEntry("vpnEndpoint", expectedVpn)
        .containsEntry("registryEndpoint", expectedRegistry)
        .containsEntry("deltaEndpoint", expectedDelta)
        .doesNotContainKey("balenaRootCA");
  }

  @Test
  void carriesTheAuthorityOfAnOpenBalenaWithItsOwn(@TempDir Path directory) throws IOException {
    Path authority = Files.writeString(directory.resolve("ca.pem"), "a certificate\n");

    assertThat(file("https://api.edge.example", "", "", "", authority))
        .containsEntry(
            "balenaRootCA", Base64.getEncoder().encodeToString("a certificate\n".getBytes(UTF_8)));
    assertThat(of(properties("https://api.edge.example", "", "", "", directory), REGISTERED))
        .isEqualTo(
            new NoBootFile(
                "doni.workers.balena.root-ca-file cannot be read; ask the operator to correct it"));
  }

  @Test
  void doesNotExistBeforeTheDeviceIsRegistered() {
    BalenaProperties properties = properties(CLOUD, "", "", "", null);

    assertThat(
            List.of(
                of(properties, Map.of()),
                of(properties, Map.of("device_id", 41L, "device_api_key", "canary-key"))))
        .containsOnly(
            new NoBootFile(
                "the device is not registered in Balena yet; wait, and see its worker balena for"
                    + " what it waits for"));
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', '', doni.workers.balena.api-endpoint is not set",
    "https://b.example, '', '', 'doni.workers.balena.vpn-endpoint is not set, and api-endpoint is not api.DOMAIN'",
    "https://b.example, v, '', 'doni.workers.balena.registry-endpoint is not set, and api-endpoint is not api.DOMAIN'",
    "https://b.example, v, r, 'doni.workers.balena.delta-endpoint is not set, and api-endpoint is not api.DOMAIN'"
  })
  void namesTheSettingThatIsMissing(String api, String vpn, String registry, String reason) {
    assertThat(of(properties(api, vpn, registry, "", null), REGISTERED))
        .isEqualTo(new NoBootFile(reason + "; ask the operator to set it"));
  }

  @Test
  void isNotPrintedWithTheKey() {
    BootConfiguration file = of(properties(CLOUD, "", "", "", null), REGISTERED);

    assertThat(file.toString() + device(REGISTERED))
        .contains("deviceApiKey")
        .doesNotContain("canary");
  }

  private static Map<String, @Nullable Object> file(
      String api, String vpn, String registry, String delta, @Nullable Path rootCa) {
    BootConfiguration configuration = of(properties(api, vpn, registry, delta, rootCa), REGISTERED);
    assertThat(configuration).isInstanceOf(BootFile.class);
    return ((BootFile) configuration).members();
  }

  private static BootConfiguration of(BalenaProperties properties, Map<String, Object> recorded) {
    return BalenaBootFile.of(properties, device(recorded));
  }

  private static BootingDevice device(Map<String, Object> recorded) {
    return new BootingDevice(
        HardwareId.parse("7cc05bd0-0d8a-4b2c-9b5c-0c9d4cc7f1aa"),
        "edge-01",
        Instant.parse("2031-03-03T12:00:00.789Z"),
        recorded);
  }

  private static BalenaProperties properties(
      String api, String vpn, String registry, String delta, @Nullable Path rootCa) {
    Duration time = Duration.ofSeconds(1);
    return new BalenaProperties(
        api, "k", Map.of(), "coordinator", vpn, registry, delta, rootCa, time, time, "balena");
  }
}
