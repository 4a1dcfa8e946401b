package doni.start;

import doni.simulator.BuiltService;
import doni.simulator.DoniProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The built service as a new user runs it: without a site, with its own database. */
final class Local {

  static final Duration START = Duration.ofMinutes(2);
  static final Duration STOP = Duration.ofSeconds(40);

  private static final String TOKEN = "tok3n";

  private Local() {}

  static DoniProcess.Builder service(Path directory, String... settings) {
    return DoniProcess.of(BuiltService.jar(), directory)
        .arguments(
            Stream.concat(
                    Stream.of(
                        "serve",
                        "--doni.hardware-types=fake-hardware",
                        "--doni.workers.enabled=fake-worker",
                        "--doni.keystone.static-tokens." + TOKEN + ".user-id=user",
                        "--doni.keystone.static-tokens." + TOKEN + ".project-id=project",
                        "--doni.keystone.static-tokens." + TOKEN + ".roles=admin"),
                    Stream.of(settings))
                .toArray(String[]::new));
  }

  static int enroll(DoniProcess service, String name) {
    return send(request(service.uri().resolve("/v1/hardware/"))
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    """
                    {"name": "%s", "hardware_type": "fake-hardware",
                     "properties": {"default_required_field": "x"}}
                    """
                        .formatted(name))))
        .statusCode();
  }

  static String show(DoniProcess service, String name) {
    return send(request(service.uri().resolve("/v1/hardware/" + name + "/"))).body();
  }

  static List<String> log(DoniProcess service) {
    try {
      return Files.readAllLines(service.log());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Processes whose command line names the directory, such as its Postgres. */
  static List<ProcessHandle> processesIn(Path directory) {
    return ProcessHandle.allProcesses()
        .filter(
            process -> process.info().commandLine().orElse("").contains(directory.toString() + "/"))
        .toList();
  }

  private static HttpRequest.Builder request(URI uri) {
    return HttpRequest.newBuilder(uri)
        .timeout(Duration.ofSeconds(20))
        .header("X-Auth-Token", TOKEN);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the service answers", e);
    }
  }
}
