package doni.cli;

import doni.client.ServiceAccess;
import doni.client.ServiceApiClient;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** URL and token of the service, for commands of this jar. */
final class ServiceAccessOptions {

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "URL of the service (default: $DONI_URL, the last login's, or "
              + ServiceAccess.DEFAULT_URL
              + ").")
  private @Nullable String url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "File with a Keystone token (default: $OS_TOKEN, the last login's, or a new one by OS_*"
              + " variables).")
  private @Nullable Path tokenFile;

  ServiceApiClient client() {
    return new ServiceAccess(url, tokenFile, System.getenv()).client();
  }
}
