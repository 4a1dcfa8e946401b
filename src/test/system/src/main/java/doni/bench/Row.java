package doni.bench;

import java.util.Locale;

/**
 * A line of the table.
 *
 * @param cpuMillis processor time that the service's process spent on one
 * @param service what the service does
 * @param bound what the same machine can do at most
 * @param target the least that is wanted per second
 */
record Row(String name, Load.Result service, double cpuMillis, Load.Result bound, double target) {

  static final String HEAD =
      "| measure | service /s | p50 ms | p99 ms | CPU ms | bound /s | p50 ms | p99 ms | ratio | target /s | met |\n"
          + "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |";

  String line() {
    return String.format(
        Locale.ROOT,
        "| %s | %,.0f | %s | %s | %.2f | %,.0f | %s | %s | %.2f | %s | %s |",
        name,
        service.rate(),
        latency(service.p50()),
        latency(service.p99()),
        cpuMillis,
        bound.rate(),
        latency(bound.p50()),
        latency(bound.p99()),
        service.rate() / bound.rate(),
        target > 0 ? String.format(Locale.ROOT, "%,.0f", target) : "",
        target <= 0 ? "" : service.rate() >= target ? "yes" : "no");
  }

  private static String latency(double milliseconds) {
    return Double.isNaN(milliseconds) ? "" : String.format(Locale.ROOT, "%.2f", milliseconds);
  }
}
