package doni.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the service is, and who asks. A token is never an argument: everybody can list those. */
final class ServiceOptions {

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Where the service is (default: $DONI_URL, or http://127.0.0.1:8001).",
      defaultValue = "${env:DONI_URL:-http://127.0.0.1:8001}",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER)
  private String url = "";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file that holds a Keystone token (default: the token in $OS_TOKEN).")
  private @Nullable Path tokenFile;

  ServiceClient client() {
    return new ServiceClient(service(), token());
  }

  private URI service() {
    try {
      URI uri = URI.create(url.replaceFirst("/+$", ""));
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new CommandFailure("--url: '" + url + "' is no http or https URL", false);
  }

  private String token() {
    String token = tokenFile == null ? System.getenv("OS_TOKEN") : read(tokenFile);
    if (token == null || token.isBlank()) {
      throw new CommandFailure(
          "there is no token: set OS_TOKEN (openstack token issue -f value -c id) or use --token-file",
          false);
    }
    if (token.strip().chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw new CommandFailure("what is given as a token is none", false);
    }
    return token.strip();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new CommandFailure("--token-file: " + file + " cannot be read", false);
    }
  }
}
