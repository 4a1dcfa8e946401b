package doni.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * URL and token of the service. A token is never an argument, because process lists show arguments.
 */
final class ServiceAccessOptions {

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "URL of the service (default: $DONI_URL or http://127.0.0.1:8001).",
      defaultValue = "${env:DONI_URL:-http://127.0.0.1:8001}",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
  private String url = "";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with a Keystone token (default: the token in $OS_TOKEN).")
  private @Nullable Path tokenFile;

  ServiceApiClient client() {
    return new ServiceApiClient(service(), token());
  }

  private URI service() {
    try {
      URI uri = URI.create(url.replaceFirst("/+$", ""));
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Reported below.
    }
    throw new CommandFailedException(
        "--url: must be an http or https URL, not '" + url + "'", false);
  }

  private String token() {
    String token = tokenFile == null ? System.getenv("OS_TOKEN") : read(tokenFile);
    if (token == null || token.isBlank()) {
      throw new CommandFailedException(
          "no token: set OS_TOKEN (openstack token issue -f value -c id) or use --token-file",
          false);
    }
    if (token.strip().chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new CommandFailedException(
          "the token contains characters that are not valid in a Keystone token", false);
    }
    return token.strip();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new CommandFailedException("--token-file: " + file + " cannot be read", false);
    }
  }
}
