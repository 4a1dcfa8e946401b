package doni.bench;

import java.util.Locale;

/**
 * A line of the table.
 *
 * @param service what the service does
 * @param bound what the bare server does with the same SQL
 * @param clientMillis processor time that the load generator spent on one request to the service
 * @param target the least share of the bound that is wanted; 0 for none
 */
record Row(String name, Measured service, Measured bound, double clientMillis, double target) {

  static final String HEAD =
      "| measure | service /s | p50 ms | p99 ms | CPU ms | bound /s | p50 ms | p99 ms | CPU ms |"
          + " client CPU ms | ratio | target | met |\n"
          + "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
          + " --- |";

  /**
   * One side of a line.
   *
   * @param cpuMillis processor time that its process spent on one request
   */
  record Measured(Load.Result load, double cpuMillis) {}

  double ratio() {
    return service.load().rate() / bound.load().rate();
  }

  String line() {
    double ratio = ratio();
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %s | %.2f | %s | %s |",
        name,
        side(service),
        side(bound),
        latency(clientMillis),
        ratio,
        target > 0 ? String.format(Locale.ROOT, "%.2f", target) : "",
        target <= 0 ? "" : ratio >= target ? "yes" : "no");
  }

  private static String side(Measured measured) {
    return String.format(
        Locale.ROOT,
        "%,.0f | %s | %s | %s",
        measured.load().rate(),
        latency(measured.load().p50()),
        latency(measured.load().p99()),
        Double.isNaN(measured.cpuMillis())
            ? ""
            : String.format(Locale.ROOT, "%.3f", measured.cpuMillis()));
  }

  private static String latency(double milliseconds) {
    return Double.isNaN(milliseconds) ? "" : String.format(Locale.ROOT, "%.2f", milliseconds);
  }
}
