package doni.bench;

import doni.bench.HttpConnection.Answer;
import doni.simulator.DoniProcess;
import doni.simulator.SimulatedSite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What each call costs one client in a small, a middle and a large inventory. The figure of the
 * small one is the bound: no call may depend on how many devices there are.
 *
 * <p>The devices are written into the database, as they stand after their enrollment with four
 * workers. The service has no lanes, so that nothing runs beside the calls.
 */
final class GrowthBench {

  /** With which a hundredth still has devices of each kind. */
  static final int LEAST = 1_000;

  private static final String NAME = "growth";
  private static final int PAGE = 1_000;
  private static final int WARM_UP = 100;
  private static final int MEASURED = 101;

  /** Without the media type that the API answers with. */
  private static final byte[] METRICS =
      "GET /actuator/prometheus HTTP/1.1\r\nHost: localhost\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  /** How many times its figure at the fewest devices a call may take. */
  private static final double ALLOWED = 2;

  /** What the clock and the machine add to a short call. */
  private static final double NOISE_MILLIS = 1;

  private final Database database;
  private final Path directory;
  private final Path jar;
  private final List<Integer> sizes;
  private final Map<String, List<Double>> figures = new LinkedHashMap<>();

  GrowthBench(Database database, Path directory, Path jar, int devices) {
    this.database = database;
    this.directory = directory.resolve(NAME);
    this.jar = jar;
    this.sizes = List.of(devices / 100, devices / 10, devices);
  }

  /**
   * @param template a database with the schema and without connections
   * @throws IllegalStateException if a call takes too long with the most devices
   */
  void run(String template) throws Exception {
    Files.createDirectories(directory);
    try (SimulatedSite site = SimulatedSite.start()) {
      site.keystone().addUser("operator", "operator-proj", "admin");
      String token = site.keystone().token("operator");
      for (int size : sizes) {
        String name = NAME + "_" + size;
        database.create(name, template);
        fill(name, size);
        measure(site, token, name, size);
        database.execute("postgres", "drop database " + name);
      }
    }
    print();
    check();
  }

  private void measure(SimulatedSite site, String token, String name, int size) throws Exception {
    long began = System.nanoTime();
    try (DoniProcess service =
        DoniProcess.of(jar, directory)
            .database(database.url(name), Database.USER, Database.PASSWORD)
            .environment(site.environmentOfAllWorkers(directory))
            .environment("DONI_SYNC_ENABLED", "false")
            .start()) {
      service.awaitReady(Bench.START);
      double ready = (System.nanoTime() - began) / 1e6;
      try (HttpConnection api = new HttpConnection(service.port())) {
        for (Map.Entry<String, IntFunction<byte[]>> call : calls(token, name, size).entrySet()) {
          keep(call.getKey(), median(api, call.getValue()));
        }
      }
      try (HttpConnection management = new HttpConnection(service.managementUri().getPort())) {
        keep("metrics", median(management, _ -> METRICS));
      }
      keep("start until ready", ready);
      keep("resident memory, MiB", (double) (service.residentBytes() >> 20));
    }
  }

  /** The requests of each call, by their number. */
  private Map<String, IntFunction<byte[]>> calls(String token, String name, int size)
      throws SQLException {
    String device = uuid(name, size / 2);
    String before = size > PAGE ? "&marker=" + uuid(name, size - PAGE) : "";
    String everything = "/v1/hardware?all_projects=True&limit=";
    Map<String, IntFunction<byte[]>> calls = new LinkedHashMap<>();
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("get by UUID", "/v1/hardware/" + device);
    paths.put("get by name", "/v1/hardware/large-" + size / 2);
    paths.put("list of 1,000, first page", everything + PAGE);
    paths.put("list of 1,000, last page", everything + PAGE + before);
    paths.put("export of 1,000, first page", "/v1/hardware/export?limit=" + PAGE);
    paths.put("export of 1,000, last page", "/v1/hardware/export?limit=" + PAGE + before);
    for (String filter :
        List.of(
            "hardware_type=baremetal",
            "q=large-" + size / 2,
            "state=ERROR",
            "state=PENDING",
            "worker_type=k8s&state=STEADY",
            "device_availability=offline",
            "quarantined=True",
            "selector=rack%3Dr7",
            "properties.contact_email=none@example.org",
            "sort_key=name",
            "sort_key=updated_at&sort_dir=desc")) {
      paths.put(
          "list of 10, " + filter.replace("%3D", "=").replaceFirst("-\\d+$", "-..."),
          everything + "10&" + filter);
    }
    paths.put("events of all, 100", "/v1/events?limit=100");
    paths.put("events of one device", "/v1/hardware/" + device + "/events");
    paths.put("summary", "/v1/summary?all_projects=True");
    paths.forEach((call, path) -> {
      byte[] request = HttpConnection.request("GET", path, token, "");
      calls.put(call, _ -> request);
    });
    AtomicInteger values = new AtomicInteger();
    calls.put(
        "enroll",
        _ -> HttpConnection.request("POST", "/v1/hardware", token, row(values.incrementAndGet())));
    calls.put(
        "patch",
        _ ->
            HttpConnection.request(
                "PATCH",
                "/v1/hardware/enrolled-1",
                token,
                "[{\"op\":\"replace\",\"path\":\"/properties/contact_email\",\"value\":\"%d@example.org\"}]"
                    .formatted(values.incrementAndGet())));
    return calls;
  }

  private static String row(int number) {
    return """
    {"name": "enrolled-%d", "hardware_type": "device.balena", "properties": {
      "machine_name": "raspberrypi4-64", "contact_email": "a@example.org",
      "application_credential_id": "id", "application_credential_secret": "secret",
      "channels": {"user": {"channel_type": "wireguard", "public_key": "%s"}}}}
    """
        .formatted(number, ChannelKeys.publicKey(number));
  }

  /** Milliseconds of one call, after others that warm the service up. */
  private static double median(HttpConnection connection, IntFunction<byte[]> requests)
      throws IOException {
    double[] millis = new double[MEASURED];
    for (int i = -WARM_UP; i < MEASURED; i++) {
      byte[] request = requests.apply(i);
      long began = System.nanoTime();
      Answer answer = connection.send(request, i == -WARM_UP);
      if (answer.status() / 100 != 2) {
        throw new IllegalStateException("answered " + answer.status() + " " + answer.body());
      }
      if (i >= 0) {
        millis[i] = (System.nanoTime() - began) / 1e6;
      }
    }
    Arrays.sort(millis);
    return millis[MEASURED / 2];
  }

  private void keep(String call, double figure) {
    figures.merge(
        call,
        List.of(figure),
        (before, last) -> Stream.concat(before.stream(), last.stream()).toList());
  }

  private void print() {
    System.out.printf(
        Locale.ROOT,
        "%nmedian of %d calls of one client, ms%n%n| call | %s | last of first |%n| --- |%s%n",
        MEASURED,
        sizes.stream()
            .map(size -> String.format(Locale.ROOT, "%,d devices", size))
            .collect(Collectors.joining(" | ")),
        " ---: |".repeat(sizes.size() + 1));
    figures.forEach((call, millis) ->
        System.out.printf(
            Locale.ROOT,
            "| %s | %s | %.2f |%n",
            call,
            millis.stream()
                .map(one -> String.format(Locale.ROOT, "%.1f", one))
                .collect(Collectors.joining(" | ")),
            millis.getLast() / millis.getFirst()));
  }

  private void check() {
    Map<String, Double> grown = new TreeMap<>();
    figures.forEach((call, millis) -> {
      if (millis.getLast() > ALLOWED * millis.getFirst() + NOISE_MILLIS) {
        grown.put(call, millis.getLast() / millis.getFirst());
      }
    });
    if (!grown.isEmpty()) {
      throw new IllegalStateException(
          "with %,d times as many devices, more than %.0f times as long: %s"
              .formatted(sizes.getLast() / sizes.getFirst(), ALLOWED, grown));
    }
  }

  private String uuid(String name, int number) throws SQLException {
    return database.text(
        name, "select uuid::text from hardware where name = 'large-" + number + "'");
  }

  /**
   * Ten devices have failed, and one in a hundred is offline; all have labels and an event. A page
   * of those that match costs as much as all that match, where they are few.
   */
  private void fill(String name, int devices) throws SQLException {
    database.execute(
        name,
        """
        insert into hardware (uuid, name, project_id, hardware_type, properties, labels, created_at, requested_at, quarantined_at)
        select gen_random_uuid(), 'large-' || n, 'project-' || mod(n, 10), 'device.balena',
          jsonb_build_object('machine_name', 'raspberrypi4-64', 'contact_email', n || '@example.org'),
          jsonb_build_object('rack', 'r' || mod(n, 50)), now() - (%1$d - n) * interval '1 second', now(),
          case when mod(n, 500) = 0 then now() end
        from generate_series(1, %1$d) n
        """
            .formatted(devices));
    database.execute(
        name,
        """
        insert into worker_task (hardware_uuid, worker_type, state_details, served_generation, synced_generation, outcome, reason)
        select uuid, worker, jsonb_build_object('name', name), 1, 1,
          case when substr(name, 7)::int <= 10 and worker = 'k8s' then 'FAILED' else 'SYNCED' end,
          case when substr(name, 7)::int <= 10 and worker = 'k8s' then 'broken' end
        from hardware, unnest(array['balena', 'blazar.device', 'k8s', 'tunelo']) worker;
        insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)
        select worker_type, hardware_uuid, now() + interval '1 hour', false, 1, 0 from worker_task;
        insert into device_availability (hardware_uuid, availability, since, reason)
        select uuid, case mod(substr(name, 7)::int, 100) when 3 then 'OFFLINE' else 'ONLINE' end, now(), ''
        from hardware;
        insert into event (hardware_uuid, at, kind, generation, body, hardware_project_id)
        select uuid, now(), 'hardware.created', 1, '{}', project_id from hardware;
        """);
    database.execute(name, "vacuum analyze");
  }
}
