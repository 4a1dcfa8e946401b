package doni.simulator.keystone;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.http.PlainClient;
import doni.simulator.http.PlainClient.Reply;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IdentityApiTests {

  private static final String TOKENS = "/v3/auth/tokens";

  private final Clock clock = Clock.systemUTC();
  private final SimulatedKeystone keystone = new SimulatedKeystone(0, clock);
  private final PlainClient anonymous = client(Map.of());

  @AfterEach
  void close() {
    anonymous.close();
    keystone.close();
  }

  @Test
  void issuesATokenForAPassword() throws Exception {
    Reply reply = anonymous.post(TOKENS, passwordLogin("alice", password("alice"), "alice-proj"));

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.headers()).containsKey("x-subject-token");
    assertThat(reply.text("/token/project/name")).isEqualTo("alice-proj");
    assertThat(reply.text("/token/project/id")).matches("[0-9a-f]{32}");
    assertThat(reply.text("/token/roles/0/name")).isEqualTo("member");
  }

  @Test
  void tokensLiveAsLongAsTheyAreTold() throws Exception {
    keystone.tokenLifetime(Duration.ofMinutes(5));

    Reply reply = anonymous.post(TOKENS, passwordLogin("alice", password("alice"), "alice-proj"));

    assertThat(Instant.parse(reply.text("/token/expires_at")))
        .isBetween(clock.instant().plusSeconds(240), clock.instant().plusSeconds(300));
    assertThat(reply.text("/token/expires_at")).matches(".*T\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
  }

  @Test
  void refusesAWrongPassword() throws Exception {
    Reply reply = anonymous.post(TOKENS, passwordLogin("alice", "wrong", "alice-proj"));

    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.text("/error/title")).isEqualTo("Unauthorized");
  }

  @Test
  void refusesAProjectOfSomebodyElse() throws Exception {
    Reply reply = anonymous.post(TOKENS, passwordLogin("alice", password("alice"), "bob-proj"));

    assertThat(reply.status()).isEqualTo(401);
  }

  @Test
  void aLoginWithoutScopeGivesATokenWithoutProject() throws Exception {
    String login = passwordLogin("alice", password("alice"), "alice-proj");

    Reply reply = anonymous.post(TOKENS, login.replaceFirst(",\\s*\"scope\": .*", "}}"));

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.body().path("token").has("project")).isFalse();
    assertThat(reply.body().path("token").has("roles")).isFalse();
  }

  @Test
  void issuesATokenForAToken() throws Exception {
    String token = keystone.token("alice");

    Reply reply =
        anonymous.post(
            TOKENS,
            """
            {"auth": {"identity": {"methods": ["token"], "token": {"id": "%s"}},
             "scope": {"project": {"id": "%s"}}}}
            """
                .formatted(token, keystone.user("alice").project().id()));

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.headers().get("x-subject-token")).isNotEqualTo(token);
  }

  @Test
  void issuesATokenForAnApplicationCredential() throws Exception {
    ApplicationCredential credential = keystone.addApplicationCredential("alice", "device");

    Reply reply = anonymous.post(TOKENS, credentialLogin(credential.id(), credential.secret()));

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.text("/token/project/name")).isEqualTo("alice-proj");
    assertThat(reply.text("/token/application_credential/id")).isEqualTo(credential.id());
  }

  @Test
  void refusesAnApplicationCredentialWithAWrongSecret() throws Exception {
    ApplicationCredential credential = keystone.addApplicationCredential("alice", "device");

    assertThat(anonymous.post(TOKENS, credentialLogin(credential.id(), "wrong")).status())
        .isEqualTo(401);
  }

  @Test
  void validatesATokenForAService() throws Exception {
    String token = keystone.token("alice");

    Reply reply = asking("doni", token);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text("/token/user/name")).isEqualTo("alice");
    assertThat(keystone.validations(token)).isEqualTo(1);
  }

  @Test
  void doesNotKnowAnUnknownToken() throws Exception {
    assertThat(asking("doni", "nonsense").status()).isEqualTo(404);
  }

  @Test
  void refusesAQuestionWithABadTokenOfOnesOwn() throws Exception {
    try (PlainClient stranger =
        client(Map.of("X-Auth-Token", "nonsense", "X-Subject-Token", keystone.token("alice")))) {
      assertThat(stranger.get(TOKENS).status()).isEqualTo(401);
    }
  }

  @Test
  void refusesAQuestionAboutTheTokenOfAnotherUser() throws Exception {
    assertThat(asking("bob", keystone.token("alice")).status()).isEqualTo(403);
  }

  @Test
  void doesNotKnowARevokedToken() throws Exception {
    String token = keystone.token("alice");

    try (PlainClient doni =
        client(Map.of("X-Auth-Token", keystone.token("doni"), "X-Subject-Token", token))) {
      assertThat(doni.delete(TOKENS).status()).isEqualTo(204);
      assertThat(doni.get(TOKENS).status()).isEqualTo(404);
    }
  }

  @Test
  void doesNotKnowAnExpiredToken() throws Exception {
    keystone.tokenLifetime(Duration.ZERO);
    String token = keystone.token("alice");
    keystone.tokenLifetime(Duration.ofHours(1));

    assertThat(asking("doni", token).status()).isEqualTo(404);
  }

  @Test
  void listsServicesInTheCatalog() throws Exception {
    keystone.addService("inventory", "doni", URI.create("http://127.0.0.1:8001"));

    Reply reply = asking("doni", keystone.token("alice"));

    assertThat(reply.body().at("/token/catalog").valueStream())
        .filteredOn(service -> service.path("type").asString().equals("inventory"))
        .singleElement()
        .satisfies(service ->
            assertThat(service.at("/endpoints/0/url").asString())
                .isEqualTo("http://127.0.0.1:8001"));
  }

  @Test
  void findsProjectsByNameAndId() throws Exception {
    String id = keystone.user("alice").project().id();
    try (PlainClient doni = client(Map.of("X-Auth-Token", keystone.token("doni")))) {
      assertThat(doni.get("/v3/projects?name=alice-proj").text("/projects/0/id")).isEqualTo(id);
      assertThat(doni.get("/v3/projects/" + id).text("/project/name")).isEqualTo("alice-proj");
      assertThat(doni.get("/v3/projects/0123").status()).isEqualTo(404);
      assertThat(doni.get("/v3/projects").body().path("projects")).hasSize(4);
    }
  }

  @Test
  void tellsVersionsWithoutAToken() throws Exception {
    assertThat(anonymous.get("/").status()).isEqualTo(300);
    assertThat(anonymous.get("/v3").text("/version/links/0/href"))
        .isEqualTo(keystone.authUrl() + "/");
  }

  @Test
  void showsNoSecretInItsTexts() {
    User alice = keystone.user("alice");
    ApplicationCredential credential = keystone.addApplicationCredential("alice", "device");

    assertThat(alice.toString()).doesNotContain(alice.password());
    assertThat(credential.toString()).doesNotContain(credential.secret());
  }

  private Reply asking(String user, String token) throws Exception {
    try (PlainClient client =
        client(Map.of("X-Auth-Token", keystone.token(user), "X-Subject-Token", token))) {
      return client.get(TOKENS);
    }
  }

  private PlainClient client(Map<String, String> headers) {
    return new PlainClient(URI.create(keystone.authUrl().toString().replace("/v3", "")), headers);
  }

  private String password(String user) {
    return keystone.user(user).password();
  }

  private static String passwordLogin(String user, String password, String project) {
    return """
    {"auth": {"identity": {"methods": ["password"], "password": {"user":
     {"name": "%s", "domain": {"name": "Default"}, "password": "%s"}}},
     "scope": {"project": {"name": "%s", "domain": {"id": "default"}}}}}
    """
        .formatted(user, password, project);
  }

  private static String credentialLogin(String id, String secret) {
    return """
    {"auth": {"identity": {"methods": ["application_credential"],
     "application_credential": {"id": "%s", "secret": "%s"}}}}
    """
        .formatted(id, secret);
  }
}
