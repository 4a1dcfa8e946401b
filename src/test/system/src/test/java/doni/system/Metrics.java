package doni.system;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.DoniProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** What a replica measures, in Prometheus' text format, read at one moment. */
record Metrics(String text) {

  static Metrics of(DoniProcess service) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(service.managementUri().resolve("/actuator/prometheus"))
              .timeout(Duration.ofSeconds(10))
              .build();
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      return new Metrics(response.body());
    }
  }

  /**
   * The values of all series of that name with these tags.
   *
   * @param tags as {@code worker="k8s"}
   */
  List<Double> values(String name, String... tags) {
    return text.lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .filter(line -> Arrays.stream(tags).allMatch(line::contains))
        .map(line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
        .toList();
  }

  /** The sum of those values; 0 when there are none. */
  double sum(String name, String... tags) {
    return values(name, tags).stream().mapToDouble(Double::doubleValue).sum();
  }
}
