package doni.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * What a user logs in with at Keystone, by the names of {@code clouds.yaml}: {@code auth_url},
 * {@code username}, {@code application_credential_id} and so on.
 */
public final class OpenStackCredentials {

  /** Variables are the names in capitals, with this prefix. */
  private static final String PREFIX = "OS_";

  private static final String CACERT = "cacert";

  private static final List<String> NAMES =
      List.of(
          "auth_url",
          "username",
          "user_id",
          "password",
          "user_domain_name",
          "user_domain_id",
          "project_name",
          "project_id",
          "project_domain_name",
          "project_domain_id",
          "application_credential_id",
          "application_credential_name",
          "application_credential_secret",
          CACERT);

  private final Map<String, String> values;

  private OpenStackCredentials(Map<String, String> values) {
    this.values = values;
  }

  /** Names what is there, without values. */
  @Override
  public String toString() {
    return "credentials with " + values.keySet();
  }

  /**
   * Finds credentials: those of a named cloud in {@code clouds.yaml}, those in the environment, or
   * those of the only cloud.
   *
   * @param cloud null for the one that {@code OS_CLOUD} names, if it is set
   */
  public static Optional<OpenStackCredentials> find(
      Map<String, String> environment, @Nullable String cloud) {
    String name = cloud == null ? environment.getOrDefault("OS_CLOUD", "") : cloud;
    if (name.isEmpty() && !environment.getOrDefault("OS_AUTH_URL", "").isEmpty()) {
      Map<String, String> values = new LinkedHashMap<>();
      fillIn(values, environment);
      return Optional.of(new OpenStackCredentials(values));
    }
    Optional<Path> file = file(environment);
    if (file.isEmpty()) {
      if (name.isEmpty()) {
        return Optional.empty();
      }
      throw new CommandFailedException(
          "the cloud '" + name + "' needs a clouds.yaml; set OS_CLIENT_CONFIG_FILE to its path",
          false);
    }
    return ofCloud(file.get(), name, environment);
  }

  private static Optional<OpenStackCredentials> ofCloud(
      Path file, String name, Map<String, String> environment) {
    JsonValue clouds = read(file).path("clouds");
    String chosen = name.isEmpty() && clouds.names().size() == 1 ? clouds.names().get(0) : name;
    if (chosen.isEmpty()) {
      return Optional.empty();
    }
    JsonValue auth = clouds.path(chosen).path("auth");
    if (auth.isNull()) {
      throw new CommandFailedException(
          "%s has no cloud '%s' with 'auth'; it has %s"
              .formatted(file, chosen, String.join(", ", clouds.names())),
          false);
    }
    Map<String, String> values = new LinkedHashMap<>();
    add(values, auth);
    String trusted = clouds.path(chosen).path(CACERT).text();
    if (!trusted.isEmpty()) {
      values.put(CACERT, trusted);
    }
    Path secure = file.resolveSibling("secure.yaml");
    if (Files.exists(secure)) {
      add(values, read(secure).path("clouds").path(chosen).path("auth"));
    }
    // As in the openstack client: the environment completes what the file leaves out.
    fillIn(values, environment);
    return Optional.of(new OpenStackCredentials(values));
  }

  private static void add(Map<String, String> values, JsonValue auth) {
    for (String name : auth.names()) {
      values.put(name, auth.path(name).text());
    }
  }

  private static void fillIn(Map<String, String> values, Map<String, String> environment) {
    for (String name : NAMES) {
      String value = environment.getOrDefault(PREFIX + name.toUpperCase(Locale.ROOT), "");
      if (!value.isEmpty()) {
        values.putIfAbsent(name, value);
      }
    }
  }

  private static Optional<Path> file(Map<String, String> environment) {
    String named = environment.getOrDefault("OS_CLIENT_CONFIG_FILE", "");
    if (!named.isEmpty()) {
      return Optional.of(Path.of(named));
    }
    String home = environment.getOrDefault("HOME", ".");
    for (Path folder :
        List.of(Path.of(""), Path.of(home, ".config", "openstack"), Path.of("/etc/openstack"))) {
      if (Files.exists(folder.resolve("clouds.yaml"))) {
        return Optional.of(folder.resolve("clouds.yaml"));
      }
    }
    return Optional.empty();
  }

  private static JsonValue read(Path file) {
    try {
      return new JsonValue(
          new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file)));
    } catch (IOException e) {
      throw new CommandFailedException(file + " cannot be read", false);
    } catch (YAMLException e) {
      // Its message quotes the file, and with it a password.
      throw new CommandFailedException(file + " is not valid YAML", false);
    }
  }

  /** Returns which certificates are trusted. */
  TlsTrust trust() {
    return new TlsTrust(value(CACERT));
  }

  /** Returns a value; an empty text if it is not set. */
  String value(String name) {
    return values.getOrDefault(name, "");
  }

  /** Returns these credentials with a password, or as they are if they need none. */
  public boolean needsPassword() {
    return value("application_credential_secret").isEmpty() && value("password").isEmpty();
  }

  public OpenStackCredentials withPassword(String password) {
    Map<String, String> more = new LinkedHashMap<>(values);
    more.put("password", password);
    return new OpenStackCredentials(more);
  }
}
