package doni.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The same requests to the service and to the bare server, in turns, so that a busy machine slows
 * both.
 */
final class ComparedLoad {

  private static final int ROUNDS = 4;

  private final BenchedServer service;
  private final BenchedServer bound;

  /** A server, and the process whose processor time counts. */
  record BenchedServer(int port, ProcessHandle process) {

    double cpuMillis() {
      return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e6;
    }
  }

  /** Sends a number of requests to one of the servers. */
  @FunctionalInterface
  interface Requests {
    Load.Result send(BenchedServer server, int count) throws Exception;
  }

  ComparedLoad(BenchedServer service, BenchedServer bound) {
    this.service = service;
    this.bound = bound;
  }

  /**
   * Returns the medians of the rounds, which share the requests, after one that is not measured.
   */
  Row row(String name, int count, Requests requests, double target) throws Exception {
    return rowOfWhole(name, Math.max(1, count / ROUNDS), requests, target);
  }

  /** The same with all of the requests in each round. */
  Row rowOfWhole(String name, int each, Requests requests, double target) throws Exception {
    requests.send(service, each);
    requests.send(bound, each);
    List<Load.Result> ofService = new ArrayList<>();
    List<Load.Result> ofBound = new ArrayList<>();
    double serviceCpu = 0;
    double boundCpu = 0;
    double clientCpu = 0;
    for (int round = 0; round < ROUNDS; round++) {
      boolean serviceFirst = round % 2 == 0;
      for (BenchedServer server :
          serviceFirst ? List.of(service, bound) : List.of(bound, service)) {
        double before = server.cpuMillis();
        double clientBefore = clientCpuMillis();
        Load.Result result = requests.send(server, each);
        double cpu = server.cpuMillis() - before;
        if (server.equals(service)) {
          ofService.add(result);
          serviceCpu += cpu;
          clientCpu += clientCpuMillis() - clientBefore;
        } else {
          ofBound.add(result);
          boundCpu += cpu;
        }
      }
    }
    int all = each * ROUNDS;
    return new Row(
        name,
        new Row.Measured(median(ofService), serviceCpu / all),
        new Row.Measured(median(ofBound), boundCpu / all),
        clientCpu / all,
        target);
  }

  private static double clientCpuMillis() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e6;
  }

  private static Load.Result median(List<Load.Result> rounds) {
    return new Load.Result(
        median(rounds, Load.Result::rate),
        median(rounds, Load.Result::p50),
        median(rounds, Load.Result::p99));
  }

  private static double median(List<Load.Result> rounds, ToDoubleFunction<Load.Result> value) {
    double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
