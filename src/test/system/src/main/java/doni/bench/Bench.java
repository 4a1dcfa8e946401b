package doni.bench;

import doni.simulator.DoniProcess;
import doni.simulator.SimulatedSite;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code ./doni bench [N]}: enrolls N devices (10,000 unless said otherwise) and prints what the
 * service does next to what the machine can do, both measured in this run.
 */
public final class Bench {

  private static final int THREADS = 16;
  private static final int GETS = 40_000;
  private static final int LISTS = 600;
  private static final int WARM_ROUND = 2_000;
  private static final int MOST_WARM_ROUNDS = 20;

  /** The compiler's share of one core below which the service counts as warm. */
  private static final double WARM = 0.2;

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String TOKEN = "bench-token";
  private static final String POLICY = "\"hardware:create\": \"@\"\n";
  private static final JsonMapper JSON = JsonMapper.shared();

  private final int devices;
  private final Database database;
  private final Path directory;
  private final Path jar;

  private Bench(int devices, Database database, Path directory, Path jar) {
    this.devices = devices;
    this.database = database;
    this.directory = directory;
    this.jar = jar;
  }

  /**
   * See the class; the path of the service's jar comes as the system property {@code doni.jar}.
   *
   * @param args how many devices, or {@code site} for the part with all workers alone
   */
  public static void main(String[] args) throws Exception {
    boolean siteAlone = args.length > 0 && args[0].equals("site");
    int devices = args.length > 0 && !siteAlone ? Integer.parseInt(args[0]) : 10_000;
    Path directory = Files.createTempDirectory("doni-bench");
    try (Database database = Database.start()) {
      new Bench(
              devices,
              database,
              directory,
              Path.of(System.getProperty("doni.jar", "doni-api/target/doni.jar")))
          .run(siteAlone);
    } finally {
      delete(directory);
    }
  }

  private void run(boolean siteAlone) throws Exception {
    Files.writeString(directory.resolve("policy.yaml"), POLICY);
    database.execute("postgres", "create database empty");
    try (DoniProcess migration = fake("empty", Map.of("DONI_SYNC_ENABLED", "false"))) {
      migration.awaitReady(LIMIT);
    }
    if (!siteAlone) {
      service();
    }
    new WholeSiteBench(database, directory, jar).run("empty");
  }

  private void service() throws Exception {
    database.create("bound", "empty");
    database.create("service", "empty");
    database.create("edge", "empty");

    System.out.printf(
        Locale.ROOT, "%,d devices, %d connections%n%n%s%n", devices, THREADS, Row.HEAD);
    JdbcBound jdbc = new JdbcBound(database, "bound");
    // Every figure is that of a warm JVM, on both sides: others go before, unmeasured.
    jdbc.create(THREADS, devices / 10, LIMIT);
    Load.Result createBound = jdbc.create(THREADS, devices, LIMIT);
    List<UUID> bound = uuids("bound");
    try (DoniProcess service = fake("service", Map.of())) {
      service.awaitReady(LIMIT);
      int port = service.port();
      warm(service);
      measure(service, "create", devices, () -> create(port, "bench", devices), createBound, 800);
      awaitServed("service");
      List<UUID> stored = uuids("service");
      get(port, stored, GETS / 10);
      measure(
          service,
          "get one",
          GETS,
          () -> get(port, stored, GETS),
          jdbc.get(THREADS, GETS, LIMIT, bound),
          3000);
      String list = "/v1/hardware?limit=1000";
      measure(
          service, "list of 1,000", LISTS, () -> list(port, list), jdbc.list(4, LISTS, LIMIT), 60);
      String export = "/v1/hardware/export?limit=1000";
      measure(
          service,
          "export of 1,000",
          LISTS,
          () -> list(port, export),
          jdbc.export(4, LISTS, LIMIT),
          0);
      database.execute("bound", "truncate scheduled_tasks");
      int all = Math.toIntExact(database.count("service", "select count(*) from worker_task"));
      Load.Result engineBound = EngineBound.run(database, "bound", all, LIMIT);
      measure(service, "no-op tasks", all, () -> tasks(all), engineBound, 2000);
      System.out.printf(
          Locale.ROOT,
          "%nresident memory with %,d devices: %d MiB (target 512)%n",
          devices,
          service.residentBytes() >> 20);
    }
    restart();
    edge();
  }

  /**
   * Enrolls until the just-in-time compiler has little left to do, then empties the inventory: two
   * cores are too few to measure a service beside its compiler.
   */
  private void warm(DoniProcess service) throws Exception {
    double compiled = compilationMillis(service);
    double share = 1;
    for (int round = 0; round < MOST_WARM_ROUNDS && share > WARM; round++) {
      long began = System.nanoTime();
      create(service.port(), "warm-" + round, WARM_ROUND);
      double now = compilationMillis(service);
      share = (now - compiled) / ((System.nanoTime() - began) / 1e6);
      compiled = now;
    }
    awaitServed("service");
    database.execute(
        "service", "truncate hardware, availability_window, worker_task, event, scheduled_tasks");
  }

  /** What the compiler has taken so far, in milliseconds of its own time. */
  private static double compilationMillis(DoniProcess service)
      throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(service.managementUri().resolve("/actuator/prometheus"))
                  .build(),
              BodyHandlers.ofLines())
          .body()
          .filter(line -> line.startsWith("jvm_compilation_time_ms_total{"))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .findFirst()
          .orElseThrow();
    }
  }

  private void restart() throws Exception {
    long start = System.nanoTime();
    try (DoniProcess service = fake("service", Map.of())) {
      service.awaitReady(LIMIT);
      System.out.printf(
          Locale.ROOT,
          "ready after start on an existing database: %.1f s (target 6)%n",
          (System.nanoTime() - start) / 1e9);
    }
  }

  private void edge() throws Exception {
    int count = 200;
    try (SimulatedSite site = SimulatedSite.start()) {
      Map<String, String> environment = new LinkedHashMap<>(site.environment(directory));
      environment.keySet().removeIf(key -> key.startsWith("DONI_KEYSTONE"));
      for (int i = 0; i < count; i++) {
        site.kubernetes().addNode("edge-" + i);
      }
      try (DoniProcess service = process("edge", environment).start()) {
        service.awaitReady(LIMIT);
        try (HttpConnection connection = new HttpConnection(service.port())) {
          long[] nanos = new long[count];
          for (int i = 0; i < count; i++) {
            nanos[i] = enrollAndAwaitSteady(connection, "edge-" + i);
          }
          java.util.Arrays.sort(nanos);
          System.out.printf(
              Locale.ROOT,
              "enrollment to STEADY with the simulated Kubernetes: p50 %.0f ms, p99 %.0f ms (target p50 150)%n",
              Load.percentile(nanos, 0.5),
              Load.percentile(nanos, 0.99));
        }
      }
    }
  }

  private static long enrollAndAwaitSteady(HttpConnection connection, String name)
      throws IOException {
    String body =
        "{\"name\":\"%s\",\"hardware_type\":\"device.balena\",\"properties\":{\"machine_name\":\"raspberrypi4-64\",\"contact_email\":\"a@example.org\"}}"
            .formatted(name);
    long start = System.nanoTime();
    HttpConnection.Answer created =
        connection.send(HttpConnection.request("POST", "/v1/hardware", TOKEN, body), true);
    expect(201, created);
    byte[] look =
        HttpConnection.request(
            "GET", "/v1/hardware/" + json(created).get("uuid").asString(), TOKEN, "");
    while (!json(connection.send(look, true))
        .get("workers")
        .get(0)
        .get("state")
        .asString()
        .equals("STEADY")) {
      if (System.nanoTime() - start > LIMIT.toNanos()) {
        throw new IllegalStateException(name + " does not become steady");
      }
      LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
    return System.nanoTime() - start;
  }

  private static Load.Result create(int port, String prefix, int count) throws Exception {
    return Load.run(
        THREADS,
        count,
        LIMIT,
        () ->
            new BenchClient(port) {
              @Override
              public void once(int index) throws IOException {
                String body =
                    "{\"name\":\"%s-%d\",\"hardware_type\":\"fake-hardware\",\"properties\":{\"default_required_field\":\"x\"}}"
                        .formatted(prefix, index);
                expect(
                    201,
                    connection.send(
                        HttpConnection.request("POST", "/v1/hardware", TOKEN, body), false));
              }
            });
  }

  private static Load.Result get(int port, List<UUID> uuids, int count) throws Exception {
    return Load.run(
        THREADS,
        count,
        LIMIT,
        () ->
            new BenchClient(port) {
              @Override
              public void once(int index) throws IOException {
                String path = "/v1/hardware/" + uuids.get(index % uuids.size());
                expect(200, connection.send(HttpConnection.request("GET", path, TOKEN, ""), false));
              }
            });
  }

  private static Load.Result list(int port, String path) throws Exception {
    byte[] request = HttpConnection.request("GET", path, TOKEN, "");
    return Load.run(
        4,
        LISTS,
        LIMIT,
        () ->
            new BenchClient(port) {
              @Override
              public void once(int index) throws IOException {
                expect(200, connection.send(request, false));
              }
            });
  }

  /** Makes every task due, as a resync of everything does, and waits until all of them ran. */
  private Load.Result tasks(int all) throws Exception {
    String start = "'" + java.time.OffsetDateTime.now(java.time.ZoneOffset.UTC) + "'";
    long began = System.nanoTime();
    database.execute("service", "update scheduled_tasks set execution_time = now()");
    awaitZero("service", "select count(*) from worker_task where last_attempt_at < " + start);
    return new Load.Result(all / ((System.nanoTime() - began) / 1e9), Double.NaN, Double.NaN);
  }

  private void awaitServed(String name) throws Exception {
    awaitZero(name, "select count(*) from worker_task where served_generation = 0");
  }

  private void awaitZero(String name, String sql) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (database.count(name, sql) > 0) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("not done after " + LIMIT + ": " + sql);
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  private List<UUID> uuids(String name) throws Exception {
    List<UUID> uuids = new ArrayList<>();
    try (var connection = database.connect(name);
        var statement = connection.createStatement();
        var rows = statement.executeQuery("select uuid from hardware")) {
      while (rows.next()) {
        uuids.add(rows.getObject(1, UUID.class));
      }
    }
    return uuids;
  }

  private DoniProcess fake(String databaseName, Map<String, String> more) {
    return process(
            databaseName,
            Map.of("DONI_HARDWARE_TYPES", "fake-hardware", "DONI_WORKERS_ENABLED", "fake-worker"))
        .environment(more)
        .start();
  }

  private DoniProcess.Builder process(String databaseName, Map<String, String> environment) {
    return DoniProcess.of(jar, directory.resolve(databaseName))
        .database(database.url(databaseName), Database.USER, Database.PASSWORD)
        .environment(environment)
        .environment("DONI_POLICY_FILE", directory.resolve("policy.yaml").toString())
        .environment("DONI_SECRETS_KEYS_BENCH", "YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmU=")
        .environment(
            "SPRING_APPLICATION_JSON",
            "{\"doni.keystone.static-tokens."
                + TOKEN
                + "\":{\"user-id\":\"bench\",\"user-name\":\"bench\",\"project-id\":\"bench\",\"roles\":[\"admin\"]}}");
  }

  private interface Work {
    Load.Result run() throws Exception;
  }

  private static void measure(
      DoniProcess service, String name, int count, Work work, Load.Result bound, double target)
      throws Exception {
    Duration before = cpu(service);
    Load.Result result = work.run();
    double cpuMillis = cpu(service).minus(before).toNanos() / 1e6 / count;
    System.out.println(new Row(name, result, cpuMillis, bound, target).line());
  }

  private static Duration cpu(DoniProcess service) {
    return ProcessHandle.of(service.pid())
        .flatMap(process -> process.info().totalCpuDuration())
        .orElse(Duration.ZERO);
  }

  private static JsonNode json(HttpConnection.Answer answer) {
    return JSON.readTree(answer.body());
  }

  private static void expect(int status, HttpConnection.Answer answer) {
    if (answer.status() != status) {
      throw new IllegalStateException("answered " + answer.status() + " " + answer.body());
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private abstract static class BenchClient implements Load.Client {
    final HttpConnection connection;

    BenchClient(int port) throws IOException {
      connection = new HttpConnection(port);
    }

    @Override
    public void close() throws IOException {
      connection.close();
    }
  }
}
