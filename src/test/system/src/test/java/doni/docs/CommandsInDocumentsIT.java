package doni.docs;

import static org.assertj.core.api.Assertions.assertThat;

import doni.docs.MarkdownPage.CodeBlock;
import doni.simulator.BuiltService;
import doni.simulator.DoniProcess;
import doni.simulator.SimulatedSite;
import doni.simulator.http.PlainClient;
import doni.simulator.keystone.ApplicationCredential;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of the documents as printed, page by page, against a service beside a simulated
 * site with the device {@code greenhouse-pi}. {@code docs/engineers.md} describes the comments that
 * control it.
 */
class CommandsInDocumentsIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private static Path directory;
  private static @Nullable EmbeddedPostgres postgres;
  private static @Nullable SimulatedSite site;
  private static @Nullable DoniProcess service;
  private static final Map<String, String> ENVIRONMENT = new LinkedHashMap<>();

  @BeforeAll
  static void start() throws Exception {
    SimulatedSite started = SimulatedSite.start();
    site = started;
    started.keystone().addUser("operator", "operators", "admin");
    Map<String, String> configuration = started.environmentOfAllWorkers(directory);
    configuration.put("WEBHOOK_SECRET", "a secret for webhooks");
    configuration.put("SLACK_WEBHOOK_URL", "https://hooks.example.org/services/T0/B0/secret");
    configuration.put("MAIL_PASSWORD", "a password for mail");
    // Shared by the service and the commands that open the database.
    EmbeddedPostgres database = EmbeddedPostgres.start();
    postgres = database;
    configuration.put("SPRING_DATASOURCE_URL", database.getJdbcUrl("postgres", "postgres"));
    configuration.put("SPRING_DATASOURCE_USERNAME", "postgres");
    saveConfigurationExamples();
    DoniProcess doni =
        DoniProcess.of(BuiltService.jar(), directory).environment(configuration).start();
    service = doni;
    started.announce(doni.uri());
    doni.awaitReady(PATIENCE);
    String token = token(started);
    enroll(doni, token);
    ENVIRONMENT.put("PATH", System.getenv("PATH"));
    ENVIRONMENT.put("HOME", directory.toString());
    ENVIRONMENT.put("DONI_URL", doni.uri().toString());
    ENVIRONMENT.put("DONI_MANAGEMENT_URL", doni.managementUri().toString());
    ENVIRONMENT.put("OS_TOKEN", token);
    ENVIRONMENT.put("DONI_MACHINES", started.machines().uri() + "/machines");
    ApplicationCredential credential =
        started.keystone().addApplicationCredential("operator", "documents");
    ENVIRONMENT.put("OS_APPLICATION_CREDENTIAL_ID", credential.id());
    ENVIRONMENT.put("OS_APPLICATION_CREDENTIAL_SECRET", credential.secret());
    ENVIRONMENT.putAll(configuration);
  }

  @AfterAll
  static void stop() throws IOException {
    if (service != null) {
      service.close();
    }
    if (site != null) {
      site.close();
    }
    if (postgres != null) {
      postgres.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> commandsOfEachPageWork() {
    return MarkdownPage.all().stream()
        .filter(page ->
            page.blocks().stream().anyMatch(block -> block.isCommand() && !block.isNotRun()))
        .map(page -> DynamicTest.dynamicTest(page.name(), () -> run(page)));
  }

  private static void run(MarkdownPage page) throws Exception {
    Path place = Files.createDirectories(directory.resolve("pages").resolve(page.name()));
    Path launcher = Files.writeString(place.resolve("doni"), launcher());
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (CodeBlock block : page.blocks()) {
      if (block.fileName().isPresent()) {
        Path file = place.resolve(block.fileName().get());
        Files.createDirectories(file.getParent());
        Files.writeString(file, block.text());
      } else if (block.isCommand() && !block.isNotRun()) {
        run(place, block);
      }
    }
  }

  private static void run(Path place, CodeBlock block) throws Exception {
    Path output = place.resolve("output");
    ProcessBuilder shell =
        new ProcessBuilder("sh", "-eu", "-c", block.commands())
            .directory(place.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    shell.environment().clear();
    shell.environment().putAll(ENVIRONMENT);
    Process process = shell.start();

    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("%s ends", block)
        .isTrue();
    String printed = Files.readString(output);
    assertThat(process.exitValue())
        .as("exit code of %s: %s", block, printed)
        .isEqualTo(block.exitCode());
    if (!block.output().isEmpty()) {
      assertThat(printed.stripTrailing()).as("output of %s", block).matches(expected(block));
    }
  }

  /** The output as the page shows it, where {@code ...} stands for anything. */
  private static Pattern expected(CodeBlock block) {
    String text = String.join("\n", block.output()).stripTrailing();
    return Pattern.compile(
        Stream.of(text.split(Pattern.quote("..."), -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*")),
        Pattern.DOTALL);
  }

  /** In place of the launcher, which would build: the same command line for the same jar. */
  private static String launcher() {
    return """
    #!/bin/sh
    exec '%s' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -jar '%s' "$@"
    """
        .formatted(Path.of(System.getProperty("java.home"), "bin", "java"), BuiltService.jar());
  }

  /** The service starts with what the pages print as {@code application.yml}. */
  private static void saveConfigurationExamples() throws IOException {
    List<String> examples =
        MarkdownPage.all().stream()
            .flatMap(page -> page.blocks().stream())
            .filter(block -> block.fileName().filter("application.yml"::equals).isPresent())
            .map(CodeBlock::text)
            .toList();
    assertThat(examples).isNotEmpty();
    Files.writeString(directory.resolve("application.yml"), String.join("\n---\n", examples));
  }

  private static void enroll(DoniProcess doni, String token) throws Exception {
    try (PlainClient client = new PlainClient(doni.uri(), Map.of("X-Auth-Token", token))) {
      PlainClient.Reply reply =
          client.post(
              "/v1/hardware/",
              """
              {"name": "greenhouse-pi", "hardware_type": "device.balena",
               "properties": {"machine_name": "raspberrypi4-64", "contact_email": "alice@example.org",
                 "application_credential_id": "an-id", "application_credential_secret": "a-secret"}}
              """);
      assertThat(reply.status()).as(reply.text("/error")).isEqualTo(201);
    }
  }

  private static String token(SimulatedSite site) throws Exception {
    String login =
        """
        {"auth": {"identity": {"methods": ["password"], "password": {"user":
          {"name": "operator", "domain": {"name": "Default"}, "password": "%s"}}},
         "scope": {"project": {"name": "operators", "domain": {"name": "Default"}}}}}
        """
            .formatted(site.keystone().user("operator").password());
    try (PlainClient keystone = new PlainClient(site.keystone().authUrl(), Map.of())) {
      return keystone.post("/auth/tokens", login).headers().getOrDefault("x-subject-token", "");
    }
  }
}
