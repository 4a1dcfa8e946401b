package doni.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import tools.jackson.core.JacksonException;

/**
 * A token that Keystone issued.
 *
 * @param expiresAt as Keystone sent it
 */
public record KeystoneTokenLogin(String token, String expiresAt, String user, String project) {

  private static final int ANSWER_MILLIS = 30_000;

  /** Masks the token. */
  @Override
  public String toString() {
    return user + " in project " + project;
  }

  /**
   * Asks Keystone for a token, with a password or an application credential.
   *
   * @throws CommandFailedException if the credentials are incomplete or refused
   */
  public static KeystoneTokenLogin login(OpenStackCredentials credentials) {
    URI uri = tokens(required(credentials, "auth_url"));
    String request = new JsonValue(Map.of("auth", auth(credentials))).compact();
    try (HttpExchange exchange =
            HttpExchange.send(
                credentials.trust(),
                "POST",
                uri,
                Map.of("Content-Type", "application/json", "Accept", "application/json"),
                request,
                ANSWER_MILLIS);
        InputStream body = exchange.body()) {
      String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
      if (exchange.status() != 201) {
        throw refused(uri, exchange.status(), text);
      }
      JsonValue token = JsonValue.parse(text).path("token");
      return new KeystoneTokenLogin(
          exchange.header("X-Subject-Token"),
          token.path("expires_at").line(),
          token.path("user").path("name").line(),
          token.path("project").path("name").line());
    } catch (SSLException e) {
      throw TlsTrust.refused(uri, e);
    } catch (IOException e) {
      throw new CommandFailedException(
          "%s does not answer (%s); check auth_url or OS_AUTH_URL"
              .formatted(uri, e.getClass().getSimpleName()),
          true);
    } catch (JacksonException e) {
      throw new CommandFailedException(
          uri + " answered without JSON; check auth_url or OS_AUTH_URL", false);
    }
  }

  private static CommandFailedException refused(URI uri, int status, String text) {
    String reason;
    try {
      reason = JsonValue.parse(text).path("error").path("message").line();
    } catch (JacksonException e) {
      reason = "without JSON";
    }
    return new CommandFailedException(
        "%s answered %d: %s"
            .formatted(
                uri,
                status,
                CommandFailedException.withNextStep(
                    reason, "check the credentials (OS_* variables or clouds.yaml)")),
        status >= 500,
        status);
  }

  private static URI tokens(String authUrl) {
    String base = authUrl.replaceFirst("/+$", "");
    try {
      URI uri = URI.create((base.endsWith("/v3") ? base : base + "/v3") + "/auth/tokens");
      if (uri.getHost() != null && uri.getScheme().startsWith("http")) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Reported below.
    }
    throw new CommandFailedException(
        "auth_url: must be an http or https URL, not '" + TerminalText.line(authUrl) + "'", false);
  }

  private static Map<String, Object> auth(OpenStackCredentials credentials) {
    Map<String, Object> auth = new LinkedHashMap<>();
    if (!credentials.value("application_credential_secret").isEmpty()) {
      auth.put("identity", applicationCredential(credentials));
      return auth;
    }
    Map<String, Object> user = user(credentials);
    user.put("password", required(credentials, "password"));
    auth.put("identity", Map.of("methods", List.of("password"), "password", Map.of("user", user)));
    auth.put("scope", Map.of("project", project(credentials)));
    return auth;
  }

  private static Map<String, Object> applicationCredential(OpenStackCredentials credentials) {
    Map<String, Object> credential = new LinkedHashMap<>();
    String id = credentials.value("application_credential_id");
    if (id.isEmpty()) {
      credential.put("name", required(credentials, "application_credential_name"));
      credential.put("user", user(credentials));
    } else {
      credential.put("id", id);
    }
    credential.put("secret", credentials.value("application_credential_secret"));
    return Map.of(
        "methods", List.of("application_credential"), "application_credential", credential);
  }

  private static Map<String, Object> user(OpenStackCredentials credentials) {
    String id = credentials.value("user_id");
    return id.isEmpty()
        ? named(required(credentials, "username"), "user_domain", credentials)
        : new LinkedHashMap<>(Map.of("id", id));
  }

  private static Map<String, Object> project(OpenStackCredentials credentials) {
    String id = credentials.value("project_id");
    return id.isEmpty()
        ? named(required(credentials, "project_name"), "project_domain", credentials)
        : Map.of("id", id);
  }

  private static Map<String, Object> named(
      String name, String domain, OpenStackCredentials credentials) {
    String id = credentials.value(domain + "_id");
    String domainName = credentials.value(domain + "_name");
    Map<String, Object> named = new LinkedHashMap<>();
    named.put("name", name);
    named.put(
        "domain",
        id.isEmpty()
            ? Map.of("name", domainName.isEmpty() ? "Default" : domainName)
            : Map.of("id", id));
    return named;
  }

  private static String required(OpenStackCredentials credentials, String name) {
    String value = credentials.value(name);
    if (value.isEmpty()) {
      throw new CommandFailedException(
          "the credentials have no %s; set OS_%s or add it to clouds.yaml"
              .formatted(name, name.toUpperCase(java.util.Locale.ROOT)),
          false);
    }
    return value;
  }
}
