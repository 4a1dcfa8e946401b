package doni.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import doni.client.JsonValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code doni login} at a Keystone that issues one token, and what later commands do with it. */
class LoginCommandTests {

  private static final String PASSWORD =
      "{\"auth\":{\"identity\":{\"methods\":[\"password\"],\"password\":{\"user\":{\"name\":\"alice\",\"domain\":{\"name\":\"Default\"},\"password\":\"s3cret\"}}},\"scope\":{\"project\":{\"name\":\"p\",\"domain\":{\"id\":\"d\"}}}}}";
  private static final String APPLICATION_CREDENTIAL =
      "{\"auth\":{\"identity\":{\"methods\":[\"application_credential\"],\"application_credential\":{\"id\":\"c1\",\"secret\":\"s3cret\"}}}}";

  private final FakeService service;
  private final HttpServer keystone;
  private final List<String> logins = Collections.synchronizedList(new ArrayList<>());
  private String expiresAt = "2999-01-01T00:00:00.000000Z";
  private int status = 201;

  @TempDir private Path home;

  LoginCommandTests() throws IOException {
    service = new FakeService();
    keystone = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() {
    service.environment().remove("OS_TOKEN");
    service.environment("HOME", home.toString());
    service.answer("{\"hardware\": []}");
    keystone.createContext(
        "/v3/auth/tokens",
        exchange -> {
          logins.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] body =
              (status == 201
                      ? "{\"token\": {\"expires_at\": \"%s\", \"user\": {\"name\": \"alice\"}, \"project\": {\"name\": \"p\"}}}"
                          .formatted(expiresAt)
                      : "{\"error\": {\"message\": \"The request you have made requires"
                          + " authentication.\"}}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("X-Subject-Token", "t0ken");
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    keystone.start();
  }

  @AfterEach
  void stop() {
    keystone.stop(0);
    service.close();
  }

  private String authUrl() {
    return "http://127.0.0.1:" + keystone.getAddress().getPort();
  }

  private Path stored() {
    return home.resolve(".config/doni/login.json");
  }

  private void passwordInEnvironment() {
    service
        .environment("OS_AUTH_URL", authUrl() + "/v3/")
        .environment("OS_USERNAME", "alice")
        .environment("OS_PASSWORD", "s3cret")
        .environment("OS_PROJECT_NAME", "p")
        .environment("OS_PROJECT_DOMAIN_ID", "d");
  }

  private void cloud(String auth) throws IOException {
    Path folder = Files.createDirectories(home.resolve(".config/openstack"));
    Files.writeString(
        folder.resolve("clouds.yaml"),
        "clouds:\n  edge:\n    auth_type: v3applicationcredential\n    auth:\n      auth_url: %s\n%s"
            .formatted(authUrl(), auth));
  }

  @Test
  void keepsTheTokenInAFileThatOnlyItsUserCanRead() throws IOException {
    passwordInEnvironment();

    FakeService.Ended ended = service.run("login");

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(logins).map(JsonValue::parse).containsExactly(JsonValue.parse(PASSWORD));
    assertThat(ended.out())
        .isEqualTo(
            "logged in as alice in project p until 2999-01-01T00:00:00.000000Z\nfor %s, in %s\n"
                .formatted(service.url(), stored()))
        .doesNotContain("t0ken");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stored())))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(stored().getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void usesTheStoredTokenAtItsServiceUntilLogout() throws IOException {
    passwordInEnvironment();
    service.run("login");
    service.environment().keySet().removeIf(name -> name.startsWith("OS_"));
    service.environment().remove("DONI_URL");

    assertThat(service.run("get").code()).isZero();
    assertThat(service.received().getLast().header("X-Auth-Token")).isEqualTo("t0ken");

    assertThat(service.run("logout").out()).isEqualTo("logged out\n");
    assertThat(stored()).doesNotExist();
    assertThat(service.run("logout").out()).isEqualTo("not logged in\n");
  }

  @Test
  void neverSendsTheStoredTokenToAnotherService() throws IOException {
    passwordInEnvironment();
    service.run("login");
    service.environment().keySet().removeIf(name -> name.startsWith("OS_"));

    try (FakeService other = new FakeService()) {
      other.answer("{}");
      FakeService.Ended ended = service.run("get", "--url", other.url());

      assertThat(ended.err()).startsWith("doni get: no token: ").contains("doni login");
      assertThat(other.received()).isEmpty();
    }
  }

  @Test
  void asksForANewLoginAfterTheTokenHasExpired() throws IOException {
    passwordInEnvironment();
    expiresAt = "2001-01-01T00:00:00.000000Z";
    service.run("login");

    assertThat(service.run("get").err())
        .isEqualTo("doni get: the login has expired; run 'doni login' again\n");
  }

  @Test
  void refusesAFileThatOthersCanRead() throws IOException {
    passwordInEnvironment();
    service.run("login");
    Files.setPosixFilePermissions(stored(), PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(service.run("get").err())
        .isEqualTo(
            "doni get: %s can be read by other users; run 'doni login' again to replace the token\n"
                .formatted(stored()));
    assertThat(service.received()).isEmpty();
  }

  @Test
  void logsInForOneCommandByTheEnvironmentAndStoresNothing() {
    passwordInEnvironment();

    assertThat(service.run("get").code()).isZero();

    assertThat(service.received().getLast().header("X-Auth-Token")).isEqualTo("t0ken");
    assertThat(stored()).doesNotExist();
  }

  @Test
  void aTokenNeedsNoCloudsYaml() {
    service
        .environment("OS_TOKEN", "t0ken")
        .environment("OS_CLOUD", "gone")
        .environment("OS_CLIENT_CONFIG_FILE", "/nonexistent/clouds.yaml");

    FakeService.Ended ended = service.run("get");

    assertThat(ended.code()).as(ended.err()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"option", "variable", "only cloud"})
  void takesAnApplicationCredentialFromCloudsYaml(String choice) throws IOException {
    cloud("      application_credential_id: c1\n      application_credential_secret: s3cret\n");
    if (choice.equals("variable")) {
      service.environment("OS_CLOUD", "edge");
    }
    String[] command =
        choice.equals("option")
            ? new String[] {"login", "--os-cloud", "edge"}
            : new String[] {"login"};

    FakeService.Ended ended = service.run(command);

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(logins)
        .map(JsonValue::parse)
        .containsExactly(JsonValue.parse(APPLICATION_CREDENTIAL));
  }

  @Test
  void takesASecretFromSecureYaml() throws IOException {
    cloud("      application_credential_id: c1\n");
    Files.writeString(
        home.resolve(".config/openstack/secure.yaml"),
        "clouds: {edge: {auth: {application_credential_secret: s3cret}}}\n");

    service.run("login", "--os-cloud", "edge");

    assertThat(logins)
        .map(JsonValue::parse)
        .containsExactly(JsonValue.parse(APPLICATION_CREDENTIAL));
  }

  @Test
  void saysWhatKeystoneRefuses() {
    passwordInEnvironment();
    status = 401;

    FakeService.Ended ended = service.run("login");

    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err())
        .isEqualTo(
            "doni login: %s/v3/auth/tokens answered 401: The request you have made requires authentication. check the credentials (OS_* variables or clouds.yaml)\n"
                .formatted(authUrl()));
    assertThat(stored()).doesNotExist();
  }

  @Test
  void namesWhatIsMissing() throws IOException {
    assertThat(service.run("login").err())
        .isEqualTo(
            "doni login: no credentials: set OS_AUTH_URL and other OS_* variables, or use"
                + " --os-cloud with a cloud in clouds.yaml\n");
    passwordInEnvironment();
    service.environment().remove("OS_PASSWORD");
    assertThat(service.run("login").err())
        .isEqualTo(
            "doni login: the credentials have no password; set OS_PASSWORD or add it to"
                + " clouds.yaml\n");
    cloud("      username: alice\n");
    assertThat(service.run("login", "--os-cloud", "core").err())
        .isEqualTo(
            "doni login: %s has no cloud 'core' with 'auth'; it has edge\n"
                .formatted(home.resolve(".config/openstack/clouds.yaml")));
  }

  @Test
  void doesNotQuoteAFileThatIsNotYaml() throws IOException {
    cloud("      password: [s3cret\n");

    assertThat(service.run("login", "--os-cloud", "edge").err())
        .endsWith("clouds.yaml is not valid YAML\n")
        .doesNotContain("s3cret");
  }
}
