package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the doctor says of sites that are well and sites that are not, without a service. */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class DoctorIT {

  private static final String KEY =
      "--doni.secrets.keys.a=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  private static final String CLOSED = "127.0.0.1:1";

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

  @Test
  void findsNothingWhereNothingIsWrong(CapturedOutput output) throws Exception {
    String url = database("well");
    assertThat(run("migrate-db", url, KEY)).isZero();

    assertThat(doctor(url, KEY, "--doni.workers.k8s.backend=in-memory")).isZero();

    assertThat(output.getOut())
        .contains("the schema is at version", "one stored value of each key", "all checks passed")
        .contains("no device has waited for a worker for more than a minute")
        .contains("the local clock and that of the database differ by 0 s")
        .doesNotContain("FAIL");
  }

  @Test
  void saysWhatOfTheSchemaIsMissing(CapturedOutput output) throws Exception {
    assertThat(doctor(database("new"), KEY, "--doni.workers.k8s.backend=in-memory")).isEqualTo(1);

    assertThat(output.getOut())
        .contains("the schema is empty and lacks 1 baseline", "-> start the service");
  }

  @Test
  void saysWhichRightsTheUserOfTheDatabaseLacks(CapturedOutput output) throws Exception {
    String url = database("narrow");
    assertThat(run("migrate-db", url, KEY)).isZero();
    execute(
        "narrow",
        "create role reader login",
        "grant select on all tables in schema public to reader");

    int code =
        doctor(
            url,
            "--spring.datasource.username=reader",
            KEY,
            "--doni.workers.k8s.backend=in-memory");

    assertThat(code).isEqualTo(1);
    assertThat(output.getOut())
        .contains("user reader lacks rights on tables: ", "hardware: DELETE, INSERT, UPDATE")
        .contains("event: INSERT");
  }

  @Test
  void saysWhichStoredSecretCannotBeRead(CapturedOutput output) throws Exception {
    String url = database("sealed");
    assertThat(run("migrate-db", url, KEY)).isZero();
    execute(
        "sealed",
        """
        insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at)
        values (gen_random_uuid(), 'd', 'p', 'device.balena', '{"ipmi_password": {"$encrypted": "lost:AAAA"}}', now(), now())
        """);

    assertThat(doctor(url, KEY, "--doni.workers.k8s.backend=in-memory")).isEqualTo(1);

    assertThat(output.getOut())
        .contains("stored values cannot be read, such as property ipmi_password of hardware ")
        .contains("put the missing key back into doni.secrets.keys");
  }

  @Test
  void namesDevicesThatWaitWithLaneAndReason(CapturedOutput output) throws Exception {
    String url = database("waiting");
    assertThat(run("migrate-db", url, KEY)).isZero();
    execute(
        "waiting",
        """
        insert into hardware (uuid, name, project_id, hardware_type, properties, created_at, requested_at, deleted_at)
        select ('00000000-0000-4000-8000-00000000000' || n)::uuid, 'pi-' || n, 'p', 'device.balena', '{}', now(),
          now() - interval '2 minutes', case when n = 6 then now() end
        from generate_series(1, 7) n
        """,
        """
        insert into worker_task (hardware_uuid, worker_type, outcome, reason, served_generation, synced_generation)
        select uuid, 'k8s', case name when 'pi-7' then 'SYNCED' when 'pi-5' then 'DEFERRED' else 'FAILED' end,
          case name when 'pi-5' then 'device not joined' else 'kubernetes answered 422: invalid' end, 1, 1
        from hardware where name <> 'pi-6'
        """,
        """
        insert into worker_task (hardware_uuid, worker_type)
        select uuid, 'tunelo' from hardware where name in ('pi-1', 'pi-6')
        """);

    assertThat(doctor(url, KEY, "--doni.workers.k8s.backend=in-memory")).isZero();

    assertThat(output.getOut())
        .containsSubsequence(
            "lane k8s, devices pi-1, pi-2, pi-3 and 1 more: kubernetes answered 422: invalid",
            "-> ./doni plan NAME asks the backend now",
            "lane tunelo, device pi-6 (deleted, 00000000-0000-4000-8000-000000000006): its worker is not enabled",
            "lane k8s, device pi-5: device not joined",
            "all checks passed")
        .doesNotContain("pi-7", "lane tunelo, device pi-1");
  }

  @Test
  void looksAtTheRestWhenPartsAreBroken(CapturedOutput output) throws Exception {
    Path policy =
        Files.writeString(directory.resolve("policy.yaml"), "hardware:get: 'rolle:admin'\n");

    int code =
        run(
            "doctor",
            "--output",
            "json",
            "--time-limit=60",
            "--doni.home=" + directory,
            "--spring.datasource.url=jdbc:postgresql://" + CLOSED + "/doni",
            "--spring.datasource.password=hunter2",
            KEY,
            "--doni.policy-file=" + policy,
            "--doni.keystone.auth-url=http://" + CLOSED + "/v3",
            "--doni.keystone.username=doni",
            "--doni.keystone.password=hunter2",
            "--doni.workers.enabled=k8s,balena,tunelo,blazar.device,ironic,toaster",
            "--doni.workers.balena.api-endpoint=http://" + CLOSED,
            "--doni.workers.balena.api-token=hunter2",
            "--doni.workers.ironic.on-delete=burn",
            "--doni.sync.resync-interval=soon",
            "--doni.homes=x",
            "--server.port=abc");

    assertThat(code).isEqualTo(1);
    JsonNode report = report(output);
    assertThat(wrong(report, "configuration"))
        .anyMatch(found -> found.startsWith("doni.homes: unknown setting"))
        .anyMatch(found -> found.startsWith("doni.sync.resync-interval: 'soon' is invalid"))
        .anyMatch(found -> found.startsWith("server.port: 'abc' is invalid"));
    assertThat(wrong(report, "database"))
        .singleElement()
        .asString()
        .contains("spring.datasource.url: 'jdbc:postgresql://" + CLOSED);
    assertThat(wrong(report, "policy"))
        .singleElement()
        .asString()
        .contains("rule 'hardware:get' compares 'rolle', which no token has");
    assertThat(wrong(report, "keystone")).singleElement().asString().contains("keystone");
    assertThat(wrong(report, "worker k8s"))
        .containsExactly("kubernetes: doni.workers.k8s.kubeconfig-file is not set");
    assertThat(wrong(report, "worker balena")).singleElement().asString().contains("balena");
    assertThat(wrong(report, "worker tunelo")).singleElement().asString().contains("keystone");
    assertThat(wrong(report, "worker blazar.device")).hasSize(1);
    assertThat(wrong(report, "worker ironic"))
        .singleElement()
        .asString()
        .startsWith("doni.workers.ironic.on-delete: 'burn' is invalid");
    assertThat(wrong(report, "worker toaster"))
        .singleElement()
        .asString()
        .startsWith("doni.workers.enabled: 'toaster' is not a worker");
    assertThat(report.path("findings").asInt()).isGreaterThan(9);
    assertThat(output.getAll()).doesNotContain("hunter2", "\tat ", "Exception");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "doni.workers.k8s.expected-labels.raspberrypi4-64=node-role.kubernetes.io/edge=true | `doni.workers.k8s.expected-labels.raspberrypi4-64: label key 'node-role.kubernetes.io/edge'; allowed: no key of beta.kubernetes.io, blazar.openstack.org, k3s.io, kubernetes.io, node-role.kubernetes.io, node.kubernetes.io and not chi.edge/local_egress`",
        "doni.workers.k8s.expected-labels.coral-dev=kubernetes.io/hostname=x | `doni.workers.k8s.expected-labels.coral-dev: label key 'kubernetes.io/hostname'; allowed: no key of beta.kubernetes.io, `",
        "doni.workers.k8s.expected-labels.coral-dev=k3s.io/kind=x | `doni.workers.k8s.expected-labels.coral-dev: label key 'k3s.io/kind'; allowed: no key of beta.kubernetes.io, `",
        "doni.workers.k8s.expected-labels.coral-dev=beta.kubernetes.io/arch=x | `doni.workers.k8s.expected-labels.coral-dev: label key 'beta.kubernetes.io/arch'; allowed: no key of beta.kubernetes.io, `",
        "doni.workers.k8s.expected-labels.coral-dev=a b=c | `doni.workers.k8s.expected-labels.coral-dev: label key 'a b'; allowed: an optional lower-case DNS name`",
        "doni.workers.k8s.expected-labels.coral-dev=a=1,a=2,chi | `doni.workers.k8s.expected-labels.coral-dev: value of a '1,a=2,chi'; allowed: `",
        "doni.workers.k8s.token-lifetime=1s | `doni.workers.k8s.token-lifetime: 'PT1S'; allowed: 10m or longer`",
        "doni.workers.k8s.worker-taint.key=kubernetes.io/x | `doni.workers.k8s.worker-taint.key: 'kubernetes.io/x'; allowed: `",
        "doni.workers.enabled=k9s | `doni.workers.enabled: 'k9s' is not a worker`",
        "doni.hardware-types=toaster | `doni.hardware-types: 'toaster' is not a hardware type; allowed: device.balena`",
        "doni.machine-types.pi6.vendor=Pi | `doni.machine-types.pi6.full-name: is missing`",
        "doni.sync.lanes.k8s.concurrency=0 | `doni.sync.lanes.k8s.concurrency: 0 is not allowed; allowed: 1 to 1000`",
        "doni.policy-file=/nowhere/p.yaml | `doni.policy-file: '/nowhere/p.yaml' does not exist`",
        "doni.policy-file=${NOWHERE}/p | `${NOWHERE} is used in the configuration but has no value`",
      })
  void reportsAWrongSettingAsServeDoes(String setting, String said, CapturedOutput output) {
    assertThat(doctor("--doni.workers.k8s.backend=in-memory", "--" + setting)).isEqualTo(1);
    String doctor = output.getOut();
    int code =
        DoniCommand.run(
            WholeService.class,
            "serve",
            "--server.port=0",
            "--doni.home=" + directory,
            "--doni.keystone.static-tokens.tok3n.user-id=u",
            "--doni.keystone.static-tokens.tok3n.project-id=p",
            "--doni.workers.k8s.backend=in-memory",
            "--" + setting);

    assertThat(code).isEqualTo(1);
    assertThat(doctor)
        .contains(said)
        .doesNotContain("bug in Doni", "Exception", "ended unexpectedly");
    assertThat(output.getOut().substring(doctor.length()))
        .contains("cannot start: " + said)
        .doesNotContain("APPLICATION FAILED TO START");
  }

  @Test
  void givesUpWhatDoesNotAnswer(CapturedOutput output) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      int code =
          run(
              "doctor",
              "--time-limit=1",
              "--doni.home=" + directory,
              "--doni.keystone.auth-url=http://127.0.0.1:" + silent.getLocalPort(),
              "--doni.keystone.username=doni",
              "--doni.keystone.password=hunter2",
              "--doni.workers.k8s.backend=in-memory");

      assertThat(code).isEqualTo(1);
      assertThat(output.getOut()).containsPattern("FAIL +keystone +no answer within 1000 ms");
    }
  }

  @Test
  void saysThatTheEmbeddedDatabaseDoesNotRunAndStartsNone(CapturedOutput output) {
    assertThat(doctor("--doni.workers.k8s.backend=in-memory")).isZero();

    assertThat(output.getOut())
        .containsPattern("SKIP +database +the embedded Postgres runs only with the service")
        .contains("no key yet");
    assertThat(directory).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource({"rw-r--r--, 1", "rw-r-----, 1", "rw-------, 0"})
  void looksWhoMayReadTheKey(String permissions, int code, CapturedOutput output)
      throws IOException {
    Path key = Files.writeString(directory.resolve("secrets.key"), KEY.replaceFirst(".*?=", ""));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(permissions));

    assertThat(doctor("--doni.workers.k8s.backend=in-memory")).isEqualTo(code);

    assertThat(output.getOut().contains("chmod 600 " + key)).isEqualTo(code == 1);
  }

  @Test
  void saysWhereAFileIsNoYaml(CapturedOutput output) throws IOException {
    Path file = Files.writeString(directory.resolve("broken.yml"), "doni: [hunter2\n");

    assertThat(run("doctor", "--spring.config.location=classpath:/,file:" + file)).isEqualTo(1);

    assertThat(output.getOut()).contains("invalid YAML, line ").doesNotContain("hunter2");
  }

  private int doctor(String... settings) {
    List<String> all = new ArrayList<>();
    all.add("doctor");
    all.add("--time-limit=60");
    all.add("--doni.home=" + directory);
    all.add("--doni.keystone.static-tokens.tok3n.user-id=u");
    all.add("--doni.keystone.static-tokens.tok3n.project-id=p");
    all.addAll(List.of(settings));
    return run(all.toArray(String[]::new));
  }

  private static int run(String... arguments) {
    return DoniCommand.run(DoctorIT.class, arguments);
  }

  private static String database(String name) throws SQLException {
    execute("postgres", "create database " + name);
    return "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", name);
  }

  private static void execute(String database, String... statements) throws SQLException {
    try (Connection connection = postgres.getDatabase("postgres", database).getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static List<String> wrong(JsonNode report, String check) {
    return report
        .path("checks")
        .valueStream()
        .filter(one -> one.path("check").asString().equals(check))
        .filter(one -> one.path("state").asString().equals("wrong"))
        .filter(one -> !one.path("advice").asString("").isBlank())
        .map(one -> one.path("found").asString())
        .toList();
  }

  /** Without what the log of a Postgres of the test may have put around it. */
  private static JsonNode report(CapturedOutput output) {
    String out = output.getOut();
    return JsonMapper.shared().readTree(out.substring(out.indexOf('{'), out.lastIndexOf('}') + 1));
  }
}
