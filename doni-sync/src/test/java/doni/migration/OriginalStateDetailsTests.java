package doni.migration;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Secret;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

class OriginalStateDetailsTests {

  private static final Instant AT = Instant.parse("2026-11-22T18:21:43Z");

  @Test
  void saysWhichTokenTheOriginalHasWrittenAndWhichLabelItSets() {
    assertThat(
            translated(
                "k8s",
                """
                {"deleted_token_secrets": 0, "created_token_secrets": 1, "issued new token": "null", "num_labels": 2}
                """))
        .containsOnly(
            Map.entry("deleted_token_secrets", 0),
            Map.entry("created_token_secrets", 1),
            Map.entry("num_labels", 2),
            Map.entry("token_id", "abcdef"),
            Map.entry("token_expires", "2026-11-29T18:21:43Z"),
            Map.entry("label_keys", List.of("chi.edge/local_egress")));
  }

  @Test
  void doesNotSayWhenATokenExpiresThatTheOriginalFoundThere() {
    assertThat(translated("k8s", "{\"created_token_secrets\": 0, \"num_labels\": 0}"))
        .containsEntry("token_id", "abcdef")
        .doesNotContainKey("token_expires");
  }

  @Test
  void claimsNoTokenForATaskThatNeverRan() {
    assertThat(translated("k8s", "{}")).isEmpty();
  }

  @Test
  void dropsATokenThatStoodInTheDetails() {
    assertThat(translated("k8s", "{\"issued_new_token\": \"abcdef.0123456789abcdef\"}")).isEmpty();
  }

  @Test
  void keepsChannelsAsTheyAreReadHereToo() {
    String details =
        """
        {"channels": {"user": {"uuid": "9223498a-e6a1-11f1-b3fb-02fc00000001",
          "peers": [{"public_key": "aHVi", "endpoint": "192.0.2.10:51820", "ip": "10.0.3.1"}],
          "endpoint": null, "ip": "10.0.3.50"}}}
        """;

    assertThat(translated("tunelo", details)).isEqualTo(object(details));
  }

  @Test
  void readsChannelsOfWhichOnceOnlyTheUuidWasKept() {
    assertThat(translated("tunelo", "{\"channels\": {\"user\": \"u-1\", \"mgmt\": null}}"))
        .isEqualTo(Map.of("channels", Map.of("user", Map.of("uuid", "u-1"))));
  }

  @Test
  void makesASecretOfADevicesKey() {
    assertThat(
            translated("balena", "{\"device_id\": 5, \"fleet_id\": 7, \"device_api_key\": \"k\"}"))
        .isEqualTo(Map.of("device_id", 5, "fleet_id", 7, "device_api_key", new Secret("k")));
  }

  @Test
  void readsTheNamesThatBlazarsIdsHadBefore() {
    assertThat(
            translated(
                "blazar.physical_host", "{\"blazar_host_id\": \"12\", \"host_created_at\": \"x\"}"))
        .isEqualTo(Map.of("blazar_resource_id", "12", "resource_created_at", "x"));
  }

  @Test
  void keepsNoBookkeepingAndNoNulls() {
    assertThat(
            translated(
                "blazar.device",
                """
                {"defer_count": 42, "defer_reason": "x", "last_error": "y", "result": "z",
                 "blazar_resource_id": null, "odd": "kept"}
                """))
        .isEqualTo(Map.of("odd", "kept"));
  }

  @Test
  void hidesASecretOfTheDeviceUnderWhateverName() {
    assertThat(translated("ironic", "{\"echo\": \"hunter2\"}"))
        .isEqualTo(Map.of("echo", new Secret("hunter2")));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "k8s           | {\"deleted_token_secrets\": 1, \"created_token_secrets\": 0} | true",
        "k8s           | {\"deleted_token_secrets\": 0, \"created_token_secrets\": 1} | false",
        "k8s           | {}                                                           | false",
        "tunelo        | {\"channels\": null}                                         | true",
        "tunelo        | {\"channels\": {}}                                           | false",
        "tunelo        | {}                                                           | false",
        "balena        | {\"device_id\": null, \"device_api_key\": null}              | true",
        "balena        | {\"device_id\": 5}                                           | false",
        "balena        | {}                                                           | false",
        "blazar.device | {\"blazar_resource_id\": null}                               | true",
        "blazar.device | {\"blazar_resource_id\": \"12\"}                             | false",
        "blazar.device | {}                                                           | false",
        "ironic        | {\"created_at\": \"x\"}                                      | true"
      })
  void believesThatADeletedDeviceIsCleanedUpOnlyWhereTheDetailsProveIt(
      String worker, String details, boolean proven) {
    assertThat(OriginalStateDetails.proveCleanedUp(worker, object(details))).isEqualTo(proven);
  }

  private static Map<String, Object> translated(String worker, String details) {
    return OriginalStateDetails.translated(
        worker,
        object(details),
        "abcdef.0123456789abcdef",
        Arrays.asList("hunter2", "abcdef.0123456789abcdef"),
        AT);
  }

  private static Map<String, @Nullable Object> object(String text) {
    return new HashMap<>(
        JsonMapper.shared()
            .readValue(text, new TypeReference<LinkedHashMap<String, @Nullable Object>>() {}));
  }
}
