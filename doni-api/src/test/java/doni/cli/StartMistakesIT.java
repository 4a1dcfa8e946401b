package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.http.FreePort;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The whole service, started wrongly: exit code 1 and one line that says what is wrong. */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class StartMistakesIT {

  private static final List<String> WITHOUT_KEYS =
      List.of(
          "--doni.keystone.static-tokens.tok3n.user-id=u",
          "--doni.keystone.static-tokens.tok3n.project-id=p");

  private static EmbeddedPostgres postgres;

  @TempDir private Path directory;

  @BeforeAll
  static void startADatabase() throws IOException {
    postgres = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stopTheDatabase() throws IOException {
    postgres.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "doni.sync.resync-interval=soon    | doni.sync.resync-interval: 'soon' is invalid; allowed: a duration",
        "doni.sync.enabled=maybe           | doni.sync.enabled: 'maybe' is invalid; allowed: true or false",
        "doni.sync.foo=1                   | doni.sync.foo: unknown setting; see docs/configuration.md",
        "doni.sync.lanes.k9s.concurrency=5 | doni.sync.lanes.k9s.concurrency: unknown lane; allowed: ",
        "doni.sync.lanes.k8s.concurrency=0 | doni.sync.lanes.k8s.concurrency: 0 is not allowed; allowed: 1 to 1000",
        "server.port=abc                   | server.port: 'abc' is invalid; allowed: a whole number",
        "server.address=192.0.2.1          | server.port: '0' with server.address '192.0.2.1' cannot be listened on",
        "doni.polcy-file=/etc/p.yaml       | doni.polcy-file: unknown setting; see docs/configuration.md",
        "doni.policy-file=/nowhere/p.yaml  | doni.policy-file: '/nowhere/p.yaml' does not exist",
        "doni.hardware-types=toaster       | doni.hardware-types: 'toaster' is not a hardware type;"
            + " allowed: device.balena",
        "doni.workers.enabled=k9s          | doni.workers.enabled: 'k9s' is not a worker; allowed:"
            + " balena",
        "doni.workers.k8s.foo=1            | doni.workers.k8s.foo: unknown setting; see docs/configuration.md",
        "doni.workers.k8s.backend=etcd     | doni.workers.k8s.backend: 'etcd'; allowed: kubeconfig, in-memory",
        "doni.workers.k8s.on-delete=burn   | doni.workers.k8s.on-delete: 'burn' is invalid; allowed: delete-node, keep-node",
        "doni.workers.k8s.worker-taint.effect=Evict | doni.workers.k8s.worker-taint.effect: 'Evict'; allowed: NoSchedule",
        "doni.keystone.auth-url=http://127.0.0.1:9  | doni.keystone.auth-url: must not be set together with doni.keystone.static-tokens",
        "doni.secrets.keys.s=c2hvcnQtc2hvcnQtc2hvcg== | doni.secrets.keys.s: must be base64 of 32"
            + " bytes, not of 16",
        "doni.secrets.keys.s=hunter2!      | doni.secrets.keys.s: must be base64 of 32 bytes",
        "doni.machine-types.pi6.vendor=Pi  | doni.machine-types.pi6.full-name: is missing",
        "doni.machine-types.pi6.ful-name=x | doni.machine-types.pi6.ful-name: unknown setting; see docs/configuration.md",
        "doni.policy-file=${NOWHERE}/p     | ${NOWHERE} is used in the configuration but has no"
            + " value",
        "spring.config.import=/nowhere.yml | spring.config: ",
        "spring.datasource.url=jdbc:mysql://hunter2@db/doni | spring.datasource.url: must be the"
            + " URL of a PostgreSQL database; allowed: "
      })
  void isToldInOneLine(String setting, String said, CapturedOutput output) {
    assertRefused(output, start("--" + setting), said);
  }

  @Test
  void tellsAPortInUse(CapturedOutput output) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int code = start("--server.port=" + taken.getLocalPort());

      assertRefused(output, code, "server.port: '" + taken.getLocalPort() + "' is in use");
    }
  }

  @Test
  void namesTheSettingOfAManagementPortInUse(CapturedOutput output) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int code = start("--doni.management.port=" + taken.getLocalPort());

      assertRefused(
          output,
          code,
          "doni.management.port: '" + taken.getLocalPort() + "'; it cannot be listened on;");
    }
  }

  @Test
  void tellsThatThereIsNoWayToCheckTokens(CapturedOutput output) {
    int code = run(List.of(), "--doni.home=" + directory);

    assertRefused(
        output,
        code,
        "doni.keystone.auth-url: must be set, unless doni.keystone.static-tokens is set");
  }

  @Test
  void tellsABrokenPolicyFile(CapturedOutput output) throws Exception {
    Path file =
        Files.writeString(directory.resolve("p.yaml"), "\"hardware:get\": \"role:x and\"\n");

    int code = start("--doni.policy-file=" + file);

    assertRefused(output, code, "doni.policy-file: '" + file + "' rule 'hardware:get', character ");
  }

  @Test
  void demandsKeysForADatabaseThatIsNotItsOwn(CapturedOutput output) {
    int code =
        run(
            WITHOUT_KEYS,
            "--spring.datasource.url=" + url("postgres"),
            "--spring.datasource.username=postgres");

    assertRefused(output, code, "doni.secrets.keys: is required with spring.datasource.url");
  }

  @Test
  void tellsADatabaseThatDoesNotExist(CapturedOutput output) {
    int code = start("--spring.datasource.url=" + url("nothere") + "?password=hunter2");

    assertRefused(
        output,
        code,
        "spring.datasource.url: '"
            + url("nothere")
            + "' with spring.datasource.username 'postgres' cannot be used: FATAL: database");
  }

  @Test
  void tellsAUserThatTheDatabaseDoesNotKnow(CapturedOutput output) {
    int code =
        start("--spring.datasource.username=mallory", "--spring.datasource.password=hunter2");

    assertRefused(
        output, code, "with spring.datasource.username 'mallory' cannot be used: FATAL: ");
  }

  @Test
  void reportsADatabaseServerThatIsNotRunning(CapturedOutput output) throws Exception {
    int free = FreePort.find();

    int code = start("--spring.datasource.url=jdbc:postgresql://127.0.0.1:" + free + "/doni");

    assertRefused(output, code, "spring.datasource.url: 'jdbc:postgresql://127.0.0.1:" + free);
  }

  @Test
  void doesNotWaitForADatabaseThatAcceptsAndIsSilent(CapturedOutput output) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      long before = System.nanoTime();

      int code =
          start(
              "--spring.datasource.url=jdbc:postgresql://127.0.0.1:"
                  + silent.getLocalPort()
                  + "/d");

      assertRefused(output, code, "does not answer in time; allowed: ");
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(40));
    }
  }

  @Test
  void tellsASchemaThatIsNotItsOwn(CapturedOutput output) throws Exception {
    try (Connection admin = postgres.getPostgresDatabase().getConnection();
        Statement statement = admin.createStatement()) {
      statement.execute("create database other");
    }
    try (Connection other = postgres.getDatabase("postgres", "other").getConnection();
        Statement statement = other.createStatement()) {
      statement.execute("create table hardware (id int)");
    }

    int code = start("--spring.datasource.url=" + url("other"));

    assertRefused(output, code, "'" + url("other") + "' cannot be migrated: ");
  }

  @Test
  void tellsAKeyThatIsMissing(CapturedOutput output) throws Exception {
    try (Connection admin = postgres.getPostgresDatabase().getConnection();
        Statement statement = admin.createStatement()) {
      statement.execute("create database keyless");
    }
    try (Connection keyless = postgres.getDatabase("postgres", "keyless").getConnection();
        Statement statement = keyless.createStatement()) {
      statement.execute(
          Files.readString(Path.of("../db/migrations/V1__baseline.sql"))
              + """
              insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at) values
                (gen_random_uuid(), 'n', 'p', 'device.balena', '{"s": {"$encrypted": "gone:aGlkZGVu"}}', now(), now());
              """);
    }

    int code =
        start(
            "--spring.datasource.url=" + url("keyless"),
            "--spring.flyway.baseline-on-migrate=true",
            "--spring.flyway.baseline-version=1");

    assertRefused(
        output,
        code,
        "doni.secrets.keys: stored values cannot be read, such as property s of hardware ");
  }

  @Test
  void tellsAHomeThatCannotBeWritten(CapturedOutput output) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");

    int code = run(WITHOUT_KEYS, "--doni.home=" + file.resolve("home"));

    assertRefused(output, code, "doni.home: '" + file.resolve("home") + "' cannot be written");
  }

  @Test
  void tellsAnEmbeddedPostgresThatDoesNotStart(CapturedOutput output) throws Exception {
    Files.createDirectories(directory.resolve("postgres"));
    Files.writeString(directory.resolve("postgres/stray"), "");

    int code = run(WITHOUT_KEYS, "--doni.home=" + directory);

    assertRefused(
        output,
        code,
        "doni.home: '"
            + directory
            + "' the embedded Postgres does not start there (initdb failed)");
    assertThat(directory.resolve("postgres.log")).content().contains("not empty");
  }

  private int start(String... settings) {
    List<String> all = new ArrayList<>(WITHOUT_KEYS);
    all.add("--doni.home=" + directory);
    all.add("--doni.secrets.keys.test=dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3QtdGU=");
    all.add("--spring.datasource.url=" + url("postgres"));
    all.add("--spring.datasource.username=postgres");
    return run(all, settings);
  }

  private static int run(List<String> usual, String... settings) {
    Map<String, String> last = new LinkedHashMap<>();
    Stream.concat(usual.stream(), Stream.of(settings))
        .forEach(setting -> last.put(setting.replaceFirst("=.*", ""), setting));
    last.putIfAbsent("--server.address", "--server.address=127.0.0.1");
    last.putIfAbsent("--server.port", "--server.port=0");
    return DoniCommand.run(
        WholeService.class,
        Stream.concat(Stream.of("serve"), last.values().stream()).toArray(String[]::new));
  }

  private static String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/" + database;
  }

  private static void assertRefused(CapturedOutput output, int code, String said) {
    assertThat(code).isEqualTo(1);
    assertThat(output.getAll().lines().filter(line -> line.contains(" ERROR ")))
        .singleElement()
        .satisfies(line -> assertThat(line).contains("cannot start: ").contains(said));
    assertThat(output.getAll().lines().filter(line -> line.contains(" --- [doni] ")))
        .as("what others log")
        // The pool ends while its thread still waits for the silent server, and says so.
        .filteredOn(line -> !line.contains("Timed-out waiting for add connection executor"))
        .allSatisfy(line -> assertThat(line).contains("] doni."));
    assertThat(output.getAll()).doesNotContain("\tat ", "hunter2", "c2hvcnQ");
  }
}
