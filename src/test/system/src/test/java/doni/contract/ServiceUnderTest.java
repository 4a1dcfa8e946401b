package doni.contract;

import doni.simulator.BuiltService;
import doni.simulator.DoniProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The service that is tested: the built jar, started with an empty inventory and its engine off,
 * or, where the system property {@code doni.contract.url} names one, a service that already runs
 * like that and knows the tokens.
 */
final class ServiceUnderTest implements AutoCloseable {

  static final Map<String, String> TOKENS =
      Map.of("alice", "alice-token", "bob", "bob-token", "admin", "admin-token", "bad", "nonsense");

  private static final Duration START = Duration.ofMinutes(3);

  private static final String CONFIGURATION =
      """
      {"doni": {
        "keystone": {"static-tokens": {
          "alice-token": {"user-id": "alice", "user-name": "alice", "roles": ["member"],
            "project-id": "a11ce0000000000000000000000000aa"},
          "bob-token": {"user-id": "bob", "user-name": "bob", "roles": ["member"],
            "project-id": "b0b00000000000000000000000000bbb"},
          "admin-token": {"user-id": "admin", "user-name": "admin", "roles": ["admin", "member"],
            "project-id": "ad100000000000000000000000000aaa"}}},
        "sync": {"enabled": false},
        "hardware-types": ["fake-hardware", "device.balena"],
        "workers": {"enabled": ["fake-worker", "k8s", "balena", "blazar.device", "tunelo"]},
        "policy-file": "POLICY"}}
      """;

  private final URI uri;
  private final @Nullable DoniProcess process;

  private ServiceUnderTest(URI uri, @Nullable DoniProcess process) {
    this.uri = uri;
    this.process = process;
  }

  /**
   * Waits until it is ready.
   *
   * @param directory for its database and its log
   */
  static ServiceUnderTest start(Path directory) throws IOException {
    String running = System.getProperty("doni.contract.url", "");
    if (!running.isEmpty()) {
      return new ServiceUnderTest(URI.create(running), null);
    }
    return start(configured(directory));
  }

  /** One that is started here, and configured as the recording needs it. */
  static ServiceUnderTest start(DoniProcess.Builder configured) {
    DoniProcess process = configured.start();
    try {
      process.awaitReady(START);
      return new ServiceUnderTest(process.uri(), process);
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  /**
   * A process that is not started yet.
   *
   * @param directory for its database and its log
   */
  static DoniProcess.Builder configured(Path directory) throws IOException {
    Path policy =
        Files.writeString(directory.resolve("policy.yaml"), "\"hardware:create\": \"@\"\n");
    return DoniProcess.of(BuiltService.jar(), directory)
        .environment("SPRING_APPLICATION_JSON", CONFIGURATION.replace("POLICY", policy.toString()));
  }

  URI uri() {
    return uri;
  }

  /** The lines of its log that tell of an error; none where its log is elsewhere. */
  List<String> errorsLogged() throws IOException {
    Path log =
        process == null ? Path.of(System.getProperty("doni.contract.log", "")) : process.log();
    return Files.isRegularFile(log)
        ? Files.readAllLines(log).stream().filter(line -> line.matches(".*\\bERROR\\b.*")).toList()
        : List.of();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
