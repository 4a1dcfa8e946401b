package doni.openstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.enrollment.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class KeystoneBindingTests {

  private static final Map<String, Object> COMPLETE =
      Map.of(
          "doni.keystone.auth-url", "http://keystone.example.org:5000",
          "doni.keystone.username", "doni",
          "doni.keystone.password", "hunter2");

  private static final Map<String, Object> APPLICATION_CREDENTIAL =
      Map.of(
          "doni.keystone.auth-url", "http://keystone.example.org:5000",
          "doni.keystone.application-credential-id", "ac-id",
          "doni.keystone.application-credential-secret", "hunter2");

  @Test
  void hasDefaults() {
    KeystoneProperties properties = read(COMPLETE);

    assertThat(properties)
        .isEqualTo(
            new KeystoneProperties(
                URI.create("http://keystone.example.org:5000"),
                "doni",
                new Secret("hunter2"),
                null,
                null,
                "Default",
                "service",
                "Default",
                null,
                "public",
                Duration.ofMinutes(5),
                Duration.ofSeconds(3),
                Duration.ofSeconds(10),
                Map.of()));
  }

  @Test
  void readsEveryKey() {
    KeystoneProperties properties =
        read(
            with(
                "doni.keystone.user-domain-name", "users",
                "doni.keystone.project-name", "services",
                "doni.keystone.project-domain-name", "projects",
                "doni.keystone.region", "Edge",
                "doni.keystone.interface", "internal",
                "doni.keystone.token-cache-ttl", "30s",
                "doni.keystone.connect-timeout", "1s",
                "doni.keystone.read-timeout", "2s"));

    assertThat(properties)
        .isEqualTo(
            new KeystoneProperties(
                URI.create("http://keystone.example.org:5000"),
                "doni",
                new Secret("hunter2"),
                null,
                null,
                "users",
                "services",
                "projects",
                "Edge",
                "internal",
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Map.of()));
  }

  @Test
  void readsStaticTokens() {
    KeystoneProperties properties =
        read(
            Map.of(
                "doni.keystone.static-tokens.alice-token.user-id", "alice",
                "doni.keystone.static-tokens.alice-token.user-name", "Alice",
                "doni.keystone.static-tokens.alice-token.project-id", "alice-proj",
                "doni.keystone.static-tokens.alice-token.roles", "member,reader"));

    assertThat(properties.staticTokens())
        .containsExactly(
            Map.entry(
                new Secret("alice-token"),
                new KeystoneProperties.StaticToken(
                    "alice", "Alice", "alice-proj", Set.of("member", "reader"))));
  }

  @Test
  void readsTheEnvironment() {
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .replace(
            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
            new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                Map.of(
                    "DONI_KEYSTONE_AUTH_URL", "http://127.0.0.1:5000",
                    "DONI_KEYSTONE_USERNAME", "doni",
                    "DONI_KEYSTONE_PASSWORD", "hunter2",
                    "DONI_KEYSTONE_USER_DOMAIN_NAME", "users")));
    ConfigurationPropertySources.attach(environment);

    KeystoneProperties properties = KeystoneBinding.read(environment);

    assertThat(properties.authUrl()).hasPort(5000);
    assertThat(properties.userDomainName()).isEqualTo("users");
  }

  @Test
  void showsNoSecretAsText() {
    String text =
        read(COMPLETE)
            + read(Map.of(
                    "doni.keystone.static-tokens.alice-token.user-id", "alice",
                    "doni.keystone.static-tokens.alice-token.user-name", "Alice",
                    "doni.keystone.static-tokens.alice-token.project-id", "alice-proj",
                    "doni.keystone.static-tokens.alice-token.roles", "member"))
                .toString();

    assertThat(text).contains(Secret.MASK).doesNotContain("hunter2", "alice-token");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "passwrd                      | hunter3 | unknown key: doni.keystone.passwrd",
        "password.value               | hunter3 | unknown key: doni.keystone.password.value",
        "token-cache-ttl              | hunter3 | doni.keystone.token-cache-ttl must be of type Duration",
        "token-cache-ttl              | -1s     | token-cache-ttl",
        "read-timeout                 | 0s      | read-timeout",
        "auth-url                     | hunter3 | auth-url",
        "interface                    | hunter3 | interface",
        "application-credential-id    | hunter3 | either a password or an application credential",
        "application-credential-secret | hunter3 | either a password or an application credential",
        "static-tokens.tok3n.roles    | member  | must not be set together with doni.keystone.static-tokens",
        "static-tokens.tok3n          | hunter3 | static-tokens.<token> must be of type",
        "static-tokens.tok3n.rolez    | hunter3 | static-tokens.<token>.rolez",
      })
  void refusesAWrongSettingInOneLineWithoutItsValue(String key, String value, String reason) {
    assertThatThrownBy(() -> read(with("doni.keystone." + key, value)))
        .hasNoCause()
        .hasMessageContaining(reason)
        .message()
        .startsWith("Property doni.keystone")
        .doesNotContain("hunter", "tok3n", "\n");
  }

  @Test
  void demandsKeystoneOrStaticTokens() {
    assertThatThrownBy(() -> read(Map.of()))
        .hasMessageContaining("doni.keystone.auth-url")
        .hasMessageContaining("doni.keystone.static-tokens");
  }

  @Test
  void refusesAStaticTokenWithInvalidCharacters() {
    Map<String, Object> settings =
        Map.of(
            "doni.keystone.static-tokens[tok3n,x].user-id", "u",
            "doni.keystone.static-tokens[tok3n,x].project-id", "p");

    assertThatThrownBy(() -> read(settings))
        .hasMessageContaining(
            "a static token contains characters that are not valid in a Keystone token")
        .message()
        .doesNotContain("tok3n");
  }

  @ParameterizedTest
  @CsvSource({"user-id", "project-id"})
  void demandsAUserAndAProjectForAStaticToken(String only) {
    Map<String, Object> incomplete = Map.of("doni.keystone.static-tokens.tok3n." + only, "x");

    assertThatThrownBy(() -> read(incomplete))
        .hasMessageContaining("each static token must have a user-id and a project-id")
        .message()
        .doesNotContain("tok3n");
  }

  @ParameterizedTest
  @CsvSource({"doni.keystone.username", "doni.keystone.password"})
  void demandsAServiceUserForKeystone(String key) {
    Map<String, Object> incomplete = new TreeMap<>(COMPLETE);
    incomplete.remove(key);

    assertThatThrownBy(() -> read(incomplete)).hasMessageContaining(key + " ");
  }

  @Test
  void acceptsAnApplicationCredentialInsteadOfAPassword() {
    KeystoneProperties properties = read(APPLICATION_CREDENTIAL);

    assertThat(properties.passwordLogin()).isFalse();
    assertThat(properties.applicationCredentialId()).isEqualTo("ac-id");
    assertThat(properties.applicationCredentialSecret()).isEqualTo(new Secret("hunter2"));
    assertThat(properties.toString()).doesNotContain("hunter2");
  }

  @ParameterizedTest
  @CsvSource({
    "doni.keystone.application-credential-id",
    "doni.keystone.application-credential-secret"
  })
  void demandsBothPartsOfAnApplicationCredential(String key) {
    Map<String, Object> incomplete = new TreeMap<>(APPLICATION_CREDENTIAL);
    incomplete.remove(key);

    assertThatThrownBy(() -> read(incomplete)).hasMessageContaining(key + " ");
  }

  @ParameterizedTest
  @CsvSource({
    "http://k:5000, http://k:5000/v3",
    "http://k:5000/v3/, http://k:5000/v3",
    "https://k/identity/, https://k/identity/v3"
  })
  void derivesTheRootOfTheIdentityApi(String authUrl, String expected) {
    KeystoneProperties properties = read(with("doni.keystone.auth-url", authUrl));

    assertThat(properties.identityUrl()).isEqualTo(expected);
  }

  private static Map<String, Object> with(String... more) {
    Map<String, Object> all = new TreeMap<>(COMPLETE);
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  private static KeystoneProperties read(Map<String, Object> values) {
    StandardEnvironment environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(new MapPropertySource("test", values));
    ConfigurationPropertySources.attach(environment);
    return KeystoneBinding.read(environment);
  }
}
