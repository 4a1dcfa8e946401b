package doni.client;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * URL and token of the service, from options, the environment and the last login. A token is never
 * an argument, because process lists show arguments.
 *
 * @param url null if the option is not set
 * @param tokenFile null if the option is not set
 */
public record ServiceAccess(
    @Nullable String url, @Nullable Path tokenFile, Map<String, String> environment) {

  public static final String DEFAULT_URL = "http://127.0.0.1:8001";

  /** A client with a token. */
  public ServiceApiClient client() {
    return new ServiceApiClient(service(), token(), trust());
  }

  /** A client for operations that need no token. */
  public ServiceApiClient anonymousClient() {
    return new ServiceApiClient(service(), "", trust());
  }

  /** Returns the URL of the service, without a slash at its end. */
  public URI service() {
    if (url != null) {
      return checked(url);
    }
    String fromEnvironment = environment.getOrDefault("DONI_URL", "");
    if (!fromEnvironment.isEmpty()) {
      return checked(fromEnvironment);
    }
    return checked(StoredLogin.read(environment).map(StoredLogin::url).orElse(DEFAULT_URL));
  }

  /** Reads {@code clouds.yaml} only where a command names a cloud, because that takes time. */
  private TlsTrust trust() {
    TlsTrust trust = TlsTrust.of(environment);
    if (!trust.file().isEmpty() || environment.getOrDefault("OS_CLOUD", "").isEmpty()) {
      return trust;
    }
    try {
      return OpenStackCredentials.find(environment, null)
          .map(OpenStackCredentials::trust)
          .orElse(trust);
    } catch (CommandFailedException _) {
      // A command that has a token works without the cloud; one that needs its credentials says
      // what is wrong with it.
      return trust;
    }
  }

  private static URI checked(String text) {
    try {
      URI uri = URI.create(text.replaceFirst("/+$", ""));
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Reported below.
    }
    throw new CommandFailedException(
        "--url: must be an http or https URL, not '" + TerminalText.line(text) + "'", false);
  }

  private String token() {
    String token = tokenFile != null ? read(tokenFile) : environment.get("OS_TOKEN");
    if (tokenFile == null && (token == null || token.isBlank())) {
      token = loggedIn().orElse("");
    }
    if (token == null || token.isBlank()) {
      throw new CommandFailedException(
          "no token: set OS_TOKEN (openstack token issue -f value -c id), use --token-file,"
              + " or run 'doni login'",
          false);
    }
    if (token.strip().chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new CommandFailedException(
          "the token contains characters that are not valid in a Keystone token", false);
    }
    return token.strip();
  }

  /** Returns the token of the last login at this service, or a new one from the environment. */
  private Optional<String> loggedIn() {
    Optional<StoredLogin> stored = StoredLogin.read(environment);
    if (stored.isPresent() && stored.get().isFor(service())) {
      if (stored.get().isExpired()) {
        throw new CommandFailedException("the login has expired; run 'doni login' again", false);
      }
      return Optional.of(stored.get().token());
    }
    return OpenStackCredentials.find(environment, null)
        .map(credentials -> KeystoneTokenLogin.login(credentials).token());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new CommandFailedException("--token-file: " + file + " cannot be read", false);
    }
  }
}
