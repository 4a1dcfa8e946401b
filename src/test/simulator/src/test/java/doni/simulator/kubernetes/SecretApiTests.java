package doni.simulator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.PlainClient.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretApiTests extends ClusterTest {

  private static final String LATER = "2099-01-08T12:00:00Z";
  private static final String SECRET = SECRETS + "/bootstrap-token-abc123";

  @Test
  void turnsTextsIntoBase64Data() throws Exception {
    Reply reply = doni.post(SECRETS, tokenSecret("abc123", LATER));

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.text("/data/token-id")).isEqualTo(base64("abc123"));
    assertThat(reply.body().has("stringData")).isFalse();
  }

  @Test
  void givesANewSecretUidVersionAndTime() throws Exception {
    Reply reply = doni.post(SECRETS, tokenSecret("abc123", LATER));

    assertThat(reply.text("/metadata/uid")).hasSize(36);
    assertThat(reply.text("/metadata/resourceVersion")).matches("\\d+");
    assertThat(Instant.parse(reply.text("/metadata/creationTimestamp")))
        .isBetween(CLOCK.instant().minusSeconds(60), CLOCK.instant());
  }

  @Test
  void refusesASecretThatExists() throws Exception {
    doni.post(SECRETS, tokenSecret("abc123", LATER));

    Reply reply = doni.post(SECRETS, tokenSecret("abc123", LATER));

    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.text("/reason")).isEqualTo("AlreadyExists");
    assertThat(reply.text("/message"))
        .isEqualTo("secrets \"bootstrap-token-abc123\" already exists");
  }

  @Test
  void takesATokenWhateverItsName() throws Exception {
    String odd =
        tokenSecret("abc123", LATER).replace("bootstrap-token-abc123", "bootstrap-token-x");

    assertThat(doni.post(SECRETS, odd).status()).isEqualTo(201);
    assertThat(kubernetes.accepts("abc123.0123456789abcdef")).isFalse();
  }

  @Test
  void refusesDataThatIsNotBase64() throws Exception {
    Reply reply =
        doni.post(SECRETS, json("{'metadata': {'name': 'a'}, 'data': {'key': 'not base64!'}}"));

    assertThat(reply.status()).isEqualTo(400);
  }

  @Test
  void refusesANameThatIsNoSubdomain() throws Exception {
    Reply reply = doni.post(SECRETS, json("{'metadata': {'name': 'pi_01'}}"));

    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.text("/details/causes/0/field")).isEqualTo("metadata.name");
  }

  @Test
  void theTypeOfASecretStays() throws Exception {
    doni.post(SECRETS, tokenSecret("abc123", LATER));

    Reply reply = doni.patch(SECRET, MERGE, json("{'type': 'Opaque'}"));

    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.text("/message")).contains("field is immutable");
  }

  @Test
  void renewsByAPatchOfOneKey() throws Exception {
    doni.post(SECRETS, tokenSecret("abc123", LATER));
    String renewed = "2100-01-01T00:00:00Z";

    Reply reply =
        doni.patch(SECRET, MERGE, json("{'data': {'expiration': '" + base64(renewed) + "'}}"));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(kubernetes.secret("bootstrap-token-abc123").orElseThrow().data())
        .containsEntry("expiration", renewed)
        .containsEntry("token-id", "abc123");
  }

  @Test
  void deletesASecretWithAStatusAndThenNotAgain() throws Exception {
    doni.post(SECRETS, tokenSecret("abc123", LATER));

    Reply deleted = doni.delete(SECRET);

    assertThat(deleted.status()).isEqualTo(200);
    assertThat(deleted.text("/status")).isEqualTo("Success");
    assertThat(doni.delete(SECRET).status()).isEqualTo(404);
  }

  @Test
  void aNamespaceMustBeThere() throws Exception {
    Reply reply =
        admin.post("/api/v1/namespaces/nowhere/secrets", json("{'metadata': {'name': 'a'}}"));

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.text("/message")).isEqualTo("namespaces \"nowhere\" not found");
  }

  @Test
  void acceptsAWellFormedTokenForJoining() throws Exception {
    doni.post(SECRETS, tokenSecret("abc123", LATER));

    assertThat(kubernetes.accepts("abc123.0123456789abcdef")).isTrue();
    assertThat(kubernetes.accepts("abc123.fedcba9876543210")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2020-01-01T00:00:00Z", "tomorrow"})
  void deletesATokenAtOnceThatIsPastOrUnreadable(String expiration) throws Exception {
    assertThat(doni.post(SECRETS, tokenSecret("abc123", expiration)).status()).isEqualTo(201);

    await().untilAsserted(() -> assertThat(kubernetes.secrets()).isEmpty());
  }

  @Test
  void deletesATokenWhenItExpires() throws Exception {
    Instant expiration = CLOCK.instant().plus(Duration.ofMillis(700));

    doni.post(SECRETS, tokenSecret("abc123", expiration.toString()));

    assertThat(kubernetes.secrets()).hasSize(1);
    await().untilAsserted(() -> assertThat(kubernetes.secrets()).isEmpty());
    assertThat(CLOCK.instant()).isAfter(expiration);
  }

  @Test
  void keepsATokenThatWasRenewed() throws Exception {
    Instant first = CLOCK.instant().plus(Duration.ofMillis(500));
    doni.post(SECRETS, tokenSecret("abc123", first.toString()));

    doni.patch(SECRET, MERGE, json("{'data': {'expiration': '" + base64(LATER) + "'}}"));

    await()
        .pollDelay(Duration.ofMillis(800))
        .untilAsserted(() -> assertThat(kubernetes.secrets()).hasSize(1));
  }

  @Test
  void leavesOtherSecretsToTheirExpiration() throws Exception {
    String other =
        tokenSecret("abc123", "2020-01-01T00:00:00Z")
            .replace("bootstrap.kubernetes.io/token", "Opaque");

    doni.post(SECRETS, other);

    await()
        .pollDelay(Duration.ofMillis(300))
        .untilAsserted(() -> assertThat(kubernetes.secrets()).hasSize(1));
  }

  @Test
  void showsNoSecretInItsText() throws Exception {
    doni.post(SECRETS, tokenSecret("abc123", LATER));

    assertThat(kubernetes.secrets().toString()).doesNotContain("0123456789abcdef");
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
