package doni.cli;

import doni.database.EmbeddedPostgresPrograms;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * Runs the service for some seconds with a temporary database and generated load, then ends.
 *
 * <p>With {@code -XX:AOTCacheOutput=FILE}, the JVM records classes and profiles during this run,
 * and later starts take a third of the time. The launcher and the container image do that, so the
 * command is hidden.
 *
 * <p>It ignores configuration files and environment variables, so that it never reaches a real
 * database or backend.
 */
@Command(
    name = "rehearse",
    hidden = true,
    description =
        "Runs the service under load for AOT training, without its configuration, and ends.",
    mixinStandardHelpOptions = true)
final class AotTraining implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(AotTraining.class);
  private static final int CLIENTS = 4;
  private static final String TOKEN = "rehearsal";

  private static final String PATCH =
      """
      [{"op": "replace", "path": "/properties/contact_email", "value": "changed@example.org"}]
      """;

  @ParentCommand private @Nullable DoniCommand parent;

  @Option(names = "--devices", description = "Number of devices to enroll.", defaultValue = "600")
  private int devices;

  @Option(
      names = "--postgres",
      paramLabel = "DIRECTORY",
      description = "Directory with the jars of the embedded Postgres; by default, the class path.")
  private @Nullable Path postgres;

  @Override
  public void run() {
    if (parent == null) {
      throw new IllegalStateException("rehearse is a subcommand of doni");
    }
    try {
      Path home = Files.createTempDirectory("doni-rehearsal");
      try {
        train(parent, home);
      } finally {
        delete(home);
      }
    } catch (IOException | ExecutionException | RuntimeException e) {
      LOG.error("AOT training failed", e);
      throw new IllegalStateException("AOT training failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void train(DoniCommand command, Path home)
      throws IOException, ExecutionException, InterruptedException {
    SpringApplication service = new SpringApplication(command.application());
    service.setEnvironment(new EmptyEnvironment());
    if (postgres != null) {
      EmbeddedPostgresPrograms programs = new EmbeddedPostgresPrograms(postgres);
      service.addInitializers(context ->
          context.getBeanFactory().registerSingleton("embeddedPostgresPrograms", programs));
    }
    try (ConfigurableApplicationContext context =
            service.run(
                "--spring.config.location=classpath:/",
                "--logging.level.root=warn",
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--doni.home=" + home,
                "--doni.keystone.static-tokens." + TOKEN + ".user-id=rehearsal",
                "--doni.keystone.static-tokens." + TOKEN + ".user-name=rehearsal",
                "--doni.keystone.static-tokens." + TOKEN + ".project-id=rehearsal",
                "--doni.keystone.static-tokens." + TOKEN + ".roles=admin",
                "--doni.workers.k8s.backend=in-memory");
        HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
      String port = context.getEnvironment().getRequiredProperty("local.server.port");
      load(http, URI.create("http://127.0.0.1:" + port));
    }
  }

  private void load(HttpClient http, URI service)
      throws IOException, ExecutionException, InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> all = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        all.add(
            threads.submit(() -> {
              for (int device = 0; device < devices / CLIENTS; device++) {
                enrollAndDelete(http, service);
              }
              return null;
            }));
      }
      for (Future<Void> one : all) {
        one.get();
      }
    }
    for (String path :
        List.of(
            "/v1/hardware?limit=100",
            "/v1/hardware/export",
            "/v1/hardware-types",
            "/console/login",
            "/console/public",
            "/healthcheck",
            "/actuator/health/readiness",
            "/actuator/prometheus")) {
      call(http, request(service, path).GET(), 200);
    }
  }

  private static void enrollAndDelete(HttpClient http, URI service)
      throws IOException, InterruptedException {
    String name = "rehearsal-" + UUID.randomUUID();
    String device = "/v1/hardware/" + name;
    call(
        http,
        request(service, "/v1/hardware").POST(BodyPublishers.ofString(enrollment(name))),
        201);
    call(http, request(service, device).GET(), 200);
    call(http, request(service, device).method("PATCH", BodyPublishers.ofString(PATCH)), 200);
    call(http, request(service, "/v1/hardware?limit=20").GET(), 200);
    call(http, request(service, device).DELETE(), 200);
  }

  private static String enrollment(String name) {
    return """
    {"name": "%s", "hardware_type": "device.balena",
     "properties": {"machine_name": "raspberrypi4-64", "contact_email": "owner@example.org"}}
    """
        .formatted(name);
  }

  private static HttpRequest.Builder request(URI service, String path) {
    return HttpRequest.newBuilder(service.resolve(path))
        .timeout(Duration.ofSeconds(30))
        .headers("X-Auth-Token", TOKEN, "Content-Type", "application/json");
  }

  private static void call(HttpClient http, HttpRequest.Builder request, int expected)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
    if (answer.statusCode() != expected) {
      throw new IllegalStateException(
          answer.request() + " answered " + answer.statusCode() + ": " + answer.body());
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** An environment without the variables and system properties of the process. */
  private static final class EmptyEnvironment extends StandardEnvironment {
    @Override
    protected void customizePropertySources(MutablePropertySources sources) {}
  }
}
