package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Spans from a request to the call of a backend, as a collector gets them. */
@Timeout(120)
class TracingIT {

  private final List<String> received = new CopyOnWriteArrayList<>();

  @TempDir private Path directory;
  private EmbeddedPostgres postgres;
  private HttpServer collector;
  private HttpServer cluster;

  @BeforeEach
  void open() throws IOException {
    postgres = EmbeddedPostgres.start();
    collector =
        server(exchange -> {
          // In protobuf, text stands as it is.
          received.add(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          answer(exchange, 200);
        });
    cluster = server(exchange -> answer(exchange, 403));
  }

  @AfterEach
  void close() throws IOException {
    collector.stop(0);
    cluster.stop(0);
    postgres.close();
  }

  @Test
  void leadsFromARequestToTheCallOfABackend() throws Exception {
    try (ConfigurableApplicationContext service =
        start(
            "--management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:%d/v1/traces?key=hunter2"
                .formatted(collector.getAddress().getPort()),
            "--management.opentelemetry.tracing.export.schedule-delay=100ms",
            "--management.tracing.sampling.probability=1.0")) {
      String request = enroll(service);

      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() ->
              assertThat(received)
                  .anyMatch(spans -> spans.contains("http post /v1/hardware"))
                  .anyMatch(spans -> spans.contains("reconcile k8s"))
                  .anyMatch(spans -> spans.contains("kubernetes GET") && spans.contains("403")));
      assertThat(String.join("\n", received).split(request, -1).length - 1)
          .as("the request's own span and that of the attempt it caused name it")
          .isGreaterThanOrEqualTo(2);
      assertThat(received).noneMatch(spans -> spans.contains("tok3n"));
    }
  }

  @Test
  void isNotThereUntilItIsSwitchedOn() throws Exception {
    try (ConfigurableApplicationContext service = start()) {
      enroll(service);

      assertThat(service.getBeanNamesForType(Tracer.class)).isEmpty();
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() ->
              assertThat(service.getBean(MeterRegistry.class).find("http.server.requests").timers())
                  .isNotEmpty());
      assertThat(received).isEmpty();
    }
  }

  private ConfigurableApplicationContext start(String... settings) throws IOException {
    Path kubeconfig =
        Files.writeString(
            directory.resolve("kubeconfig"),
            """
            apiVersion: v1
            kind: Config
            current-context: c
            contexts: [{name: c, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "http://127.0.0.1:%d"}}]
            users: [{name: u, user: {}}]
            """
                .formatted(cluster.getAddress().getPort()));
    List<String> all =
        new ArrayList<>(
            List.of(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--doni.home=" + directory,
                "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
                "--doni.secrets.keys.a=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
                "--doni.keystone.static-tokens.tok3n.user-id=u",
                "--doni.keystone.static-tokens.tok3n.project-id=p",
                "--doni.keystone.static-tokens.tok3n.roles=admin",
                "--doni.workers.k8s.kubeconfig-file=" + kubeconfig));
    all.addAll(List.of(settings));
    return new SpringApplication(WholeService.class).run(all.toArray(String[]::new));
  }

  /** Enrolls a device, and tells the id of the request. */
  private static String enroll(ConfigurableApplicationContext service)
      throws IOException, InterruptedException {
    String port = service.getEnvironment().getRequiredProperty("local.server.port");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/hardware"))
            .headers("X-Auth-Token", "tok3n", "Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    """
                    {"name": "d", "hardware_type": "device.balena",
                     "properties": {"machine_name": "raspberrypi4-64", "contact_email": "a@example.org"}}
                    """))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
      return answer.headers().firstValue("OpenStack-Request-Id").orElseThrow();
    }
  }

  private static HttpServer server(com.sun.net.httpserver.HttpHandler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", handler);
    server.start();
    return server;
  }

  private static void answer(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }
}
