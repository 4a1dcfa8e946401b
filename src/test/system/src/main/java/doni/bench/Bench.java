package doni.bench;

import doni.bench.ComparedLoad.BenchedServer;
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
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * {@code ./doni bench [N]}: enrolls N devices (10,000 unless said otherwise) and prints what the
 * service does next to what a bare HTTP server does with the same SQL, both measured in this run.
 */
public final class Bench {

  private static final int THREADS = 16;
  private static final int GETS_PER_DEVICE = 4;
  private static final int LISTS = 600;

  /** Number of devices whose tags a poll knows. */
  private static final int POLLED = 500;

  /** Number of devices on a page of the lists. */
  static final int PAGE = 1_000;

  /** By which share two answers may differ: the bound writes times in another form. */
  private static final double ALIKE = 0.05;

  /** With fewer devices, the part with all workers is left out: a quick look for a change. */
  private static final int SMALL = 2_000;

  /** Share of a target that a short run must reach: it is less warm than a long one. */
  private static final double CHECKED = 0.4;

  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final int WARM_ROUND = 2_000;
  private static final int MOST_WARM_ROUNDS = 20;

  /** The compiler's share of one core below which the service counts as warm. */
  private static final double WARM = 0.2;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Time to start in, also on a busy machine. */
  static final Duration START = Duration.ofMinutes(5);

  private static final String TOKEN = "bench-token";
  private static final String POLICY = "\"hardware:create\": \"@\"\n";

  private final int devices;
  private final Database database;
  private final Path directory;
  private final Path jar;
  private final boolean checks;

  private Bench(int devices, Database database, Path directory, Path jar, boolean checks) {
    this.checks = checks;
    this.devices = devices;
    this.database = database;
    this.directory = directory;
    this.jar = jar;
  }

  /**
   * See the class; the path of the service's jar comes as the system property {@code doni.jar}.
   *
   * @param args how many devices, and {@code check} to fail if a figure is far from its target; or
   *     {@code site} for the part with all workers alone; or {@code enroll} and how many devices
   *     are enrolled with all workers; or {@code tasks} and how many devices are attempted; or
   *     {@code steady}; or {@code growth} and how many there are at most
   */
  public static void main(String[] args) throws Exception {
    BenchPart part = BenchPart.of(args.length == 0 ? "" : args[0]);
    String number = part == BenchPart.SERVICE ? args(args, 0) : args(args, 1);
    if (!number.matches("\\d{0,9}")) {
      System.err.println("doni bench: '" + number + "' is not a number of devices");
      System.exit(2);
    }
    int devices = number.isEmpty() ? part.devices : Integer.parseInt(number);
    if (part == BenchPart.GROWTH && devices < GrowthBench.LEAST) {
      System.err.println("doni bench: growth needs at least " + GrowthBench.LEAST + " devices");
      System.exit(2);
    }
    Path directory = Files.createTempDirectory("doni-bench");
    try (Database database = Database.start()) {
      new Bench(
              devices,
              database,
              directory,
              Path.of(System.getProperty("doni.jar", "doni-api/target/doni.jar")),
              part == BenchPart.SERVICE && args(args, 1).equals("check"))
          .run(part);
    } finally {
      delete(directory);
    }
  }

  private static String args(String[] args, int index) {
    return args.length > index ? args[index] : "";
  }

  /** What is measured. */
  private enum BenchPart {
    SERVICE(10_000),
    SITE(10_000),
    ENROLL(10_000),
    TASKS(10_000),
    STEADY(SteadyBench.DEVICES),
    GROWTH(100_000);

    /** How many if the command does not say. */
    private final int devices;

    BenchPart(int devices) {
      this.devices = devices;
    }

    static BenchPart of(String argument) {
      return switch (argument) {
        case "site" -> SITE;
        case "enroll" -> ENROLL;
        case "tasks" -> TASKS;
        case "steady" -> STEADY;
        case "growth" -> GROWTH;
        default -> SERVICE;
      };
    }
  }

  private void run(BenchPart part) throws Exception {
    Files.writeString(directory.resolve("policy.yaml"), POLICY);
    database.execute("postgres", "create database empty");
    try (DoniProcess migration = fake("empty", Map.of("DONI_SYNC_ENABLED", "false"))) {
      migration.awaitReady(START);
    }
    if (part == BenchPart.ENROLL) {
      new EnrollmentBench(database, directory, jar, devices).run("empty");
      return;
    }
    if (part == BenchPart.GROWTH) {
      new GrowthBench(database, directory, jar, devices).run("empty");
      return;
    }
    if (part == BenchPart.TASKS) {
      tasks();
      return;
    }
    if (part == BenchPart.STEADY) {
      database.create("edge", "empty");
      edge();
      return;
    }
    if (part == BenchPart.SERVICE) {
      service();
    }
    if (part == BenchPart.SITE || devices >= SMALL) {
      new WholeSiteBench(database, directory, jar).run("empty");
    }
  }

  private void service() throws Exception {
    database.create("bound", "empty");
    database.create("service", "empty");
    database.create("edge", "empty");

    double warm;
    try (DoniProcess service = fake("service", Map.of());
        BareProcess bare = BareProcess.start(database.url("bound"))) {
      service.awaitReady(START);
      BenchedServer server =
          new BenchedServer(service.port(), ProcessHandle.of(service.pid()).orElseThrow());
      warm(service);
      System.out.printf(
          Locale.ROOT, "%,d devices, %d connections%n%n%s%n", devices, THREADS, Row.HEAD);
      warm = requests(server, new BenchedServer(bare.port(), bare.handle()));
      System.out.println(noOpTasks(database, server).line());
      System.out.printf(
          Locale.ROOT,
          "%nresident memory with %,d devices: %d MiB (target 512)%n",
          devices,
          service.residentBytes() >> 20);
    }
    restart(warm);
    edge();
  }

  /** Measures attempts that change nothing, alone. */
  private void tasks() throws Exception {
    database.create("bound", "empty");
    database.create("service", "empty");
    try (DoniProcess service = fake("service", Map.of())) {
      service.awaitReady(START);
      BenchedServer server =
          new BenchedServer(service.port(), ProcessHandle.of(service.pid()).orElseThrow());
      warm(service);
      create(service.port(), "task", devices);
      awaitServed("service");
      System.out.println(Row.HEAD + "\n" + noOpTasks(database, server).line());
    }
  }

  /** Returns the rate at which the warm service answers for one device. */
  private double requests(BenchedServer service, BenchedServer bound) throws Exception {
    ComparedLoad compared = new ComparedLoad(service, bound);
    AtomicInteger run = new AtomicInteger();
    print(
        compared.row(
            "create",
            devices,
            (server, count) -> create(server.port(), "bench-" + run.incrementAndGet(), count),
            0.45));
    awaitServed("service");
    // The first assessment of the availability also changes the tag of a device.
    awaitZero(
        "service",
        "select count(*) from hardware h where not exists"
            + " (select from device_availability a where a.hardware_uuid = h.uuid)");
    serveBound();
    Map<Integer, List<UUID>> stored =
        Map.of(service.port(), uuids("service"), bound.port(), uuids("bound"));
    Row get =
        compared.row(
            "get one",
            devices * GETS_PER_DEVICE,
            (server, count) -> get(server.port(), of(server, stored), count),
            0.65);
    print(get);
    Map<Integer, List<byte[]>> polls =
        Map.of(
            service.port(), polls(service.port(), of(service, stored)),
            bound.port(), polls(bound.port(), of(bound, stored)));
    print(
        compared.row(
            "poll, unchanged (304)",
            devices * GETS_PER_DEVICE,
            (server, count) -> poll(server.port(), of(server, polls), count),
            0));
    checkSameSize(service.port(), bound.port());
    for (String path : List.of("/v1/hardware", "/v1/hardware/export")) {
      print(
          compared.row(
              path.endsWith("export") ? "export of 1,000" : "list of 1,000",
              LISTS,
              (server, count) -> list(server.port(), path + "?limit=" + PAGE, count),
              path.endsWith("export") ? 0 : 0.75));
    }
    print(
        compared.row(
            "patch",
            devices,
            (server, count) -> patch(server.port(), of(server, stored), run, count),
            0));
    awaitZero(
        "service",
        "select count(*) from worker_task t join hardware h on h.uuid = t.hardware_uuid"
            + " where t.served_generation < h.generation");
    return get.service().load().rate();
  }

  /** Stores for the bound's devices what the service's attempts have recorded. */
  private void serveBound() throws Exception {
    database.execute(
        "bound",
        """
        update hardware set properties = properties || '{"default-field": "default-field-value"}';
        update worker_task set served_generation = 1, synced_generation = 1, outcome = 'SYNCED',
          state_details = jsonb_build_object('fake-result', 'fake-worker-prefix-' || hardware_uuid);
        update scheduled_tasks set execution_time = now() + interval '1 hour';
        insert into device_availability (hardware_uuid, availability, since, reason)
          select uuid, 'NEVER_SEEN', created_at, 'no backend has reported the device yet' from hardware;
        """);
  }

  /** Fails if a list of the service and that of the bound differ by more than their times. */
  private static void checkSameSize(int service, int bound) throws IOException {
    int expected = listedBytes(service);
    int sent = listedBytes(bound);
    if (Math.abs(expected - sent) > expected * ALIKE) {
      throw new IllegalStateException(
          "a list has %,d bytes, that of its bound %,d".formatted(expected, sent));
    }
  }

  private static int listedBytes(int port) throws IOException {
    try (HttpConnection connection = new HttpConnection(port)) {
      return connection
          .send(HttpConnection.request("GET", "/v1/hardware?limit=" + PAGE, TOKEN, ""), true)
          .body()
          .length();
    }
  }

  private static <T> T of(BenchedServer server, Map<Integer, T> byPort) {
    return Objects.requireNonNull(byPort.get(server.port()));
  }

  /** The bound runs in this process. */
  private static Row noOpTasks(Database database, BenchedServer service) throws Exception {
    BenchedServer bound = new BenchedServer(0, ProcessHandle.current());
    NoOpTasks tasks = new NoOpTasks(database, service);
    return new ComparedLoad(service, bound)
        .rowOfWhole("no-op tasks", tasks.count(), tasks, NoOpTasks.TARGET);
  }

  /**
   * @throws IllegalStateException if the figures are checked, and this one is far from its target
   */
  private void print(Row row) {
    System.out.println(row.line());
    if (checks && row.ratio() < row.target() * CHECKED) {
      throw new IllegalStateException(
          "%s reaches %.2f of its bound; at least: %.2f"
              .formatted(row.name(), row.ratio(), row.target() * CHECKED));
    }
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
      create(service.port(), "warm-" + round, Math.min(WARM_ROUND, devices));
      double now = compilationMillis(service);
      share = (now - compiled) / ((System.nanoTime() - began) / 1e6);
      compiled = now;
    }
    awaitServed("service");
    database.execute(
        "service",
        "truncate hardware, availability_window, worker_task, event, scheduled_tasks cascade");
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

  /**
   * @param warm the rate that the service reached before, when it was warm
   */
  private void restart(double warm) throws Exception {
    long start = System.nanoTime();
    try (DoniProcess service = fake("service", Map.of())) {
      service.awaitReady(START);
      System.out.printf(
          Locale.ROOT,
          "ready after start on an existing database: %.1f s (target 6)%n",
          (System.nanoTime() - start) / 1e9);
      Load.Result first = get(service.port(), uuids("service"), Integer.MAX_VALUE, FIRST);
      System.out.printf(
          Locale.ROOT,
          "get one in the first %d s after a start: %,.0f/s, %.2f of the warm rate (target 0.60)%n",
          FIRST.toSeconds(),
          first.rate(),
          first.rate() / warm);
    }
  }

  private void edge() throws Exception {
    try (SimulatedSite site = SimulatedSite.start()) {
      Map<String, String> environment = new LinkedHashMap<>(site.environment(directory));
      environment.keySet().removeIf(key -> key.startsWith("DONI_KEYSTONE"));
      try (DoniProcess service = process("edge", environment).start()) {
        service.awaitReady(START);
        new SteadyBench(site, service.port(), TOKEN).run();
      }
    }
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
    return get(port, uuids, count, LIMIT);
  }

  private static Load.Result get(int port, List<UUID> uuids, int count, Duration limit)
      throws Exception {
    return Load.run(
        THREADS,
        count,
        limit,
        () ->
            new BenchClient(port) {
              @Override
              public void once(int index) throws IOException {
                String path = "/v1/hardware/" + uuids.get(index % uuids.size());
                expect(200, connection.send(HttpConnection.request("GET", path, TOKEN, ""), false));
              }
            });
  }

  /** Returns requests for some devices that carry the tags of their present state. */
  private static List<byte[]> polls(int port, List<UUID> uuids) throws IOException {
    List<byte[]> polls = new ArrayList<>();
    try (HttpConnection connection = new HttpConnection(port)) {
      for (UUID uuid : uuids.subList(0, Math.min(POLLED, uuids.size()))) {
        String path = "/v1/hardware/" + uuid;
        String tag = connection.send(HttpConnection.request("GET", path, TOKEN, ""), false).tag();
        polls.add(HttpConnection.request("GET", path, TOKEN, "", tag));
      }
    }
    return polls;
  }

  private static Load.Result poll(int port, List<byte[]> polls, int count) throws Exception {
    return Load.run(
        THREADS,
        count,
        LIMIT,
        () ->
            new BenchClient(port) {
              @Override
              public void once(int index) throws IOException {
                expect(304, connection.send(polls.get(index % polls.size()), false));
              }
            });
  }

  /**
   * @param values makes each value that is written a new one
   */
  private static Load.Result patch(int port, List<UUID> uuids, AtomicInteger values, int count)
      throws Exception {
    return Load.run(
        THREADS,
        count,
        LIMIT,
        () ->
            new BenchClient(port) {
              @Override
              public void once(int index) throws IOException {
                String path = "/v1/hardware/" + uuids.get(index % uuids.size());
                String body =
                    "[{\"op\":\"replace\",\"path\":\"/properties/default_required_field\",\"value\":\"x%d\"}]"
                        .formatted(values.incrementAndGet());
                expect(
                    200,
                    connection.send(HttpConnection.request("PATCH", path, TOKEN, body), false));
              }
            });
  }

  private static Load.Result list(int port, String path, int count) throws Exception {
    byte[] request = HttpConnection.request("GET", path, TOKEN, "");
    return Load.run(
        4,
        count,
        LIMIT,
        () ->
            new BenchClient(port) {
              @Override
              public void once(int index) throws IOException {
                expect(200, connection.send(request, false));
              }
            });
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
