package doni.simulator;

import static java.util.concurrent.TimeUnit.SECONDS;

import doni.simulator.http.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The built service as a process of its own, on 127.0.0.1 and on the JDK that runs this one.
 *
 * <p>It sees of this process's environment what does not configure it (no {@code DONI_*}, {@code
 * SPRING_*}, {@code SERVER_*}, {@code MANAGEMENT_*}, {@code LOGGING_*}), and what it is given.
 */
public final class DoniProcess implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Options for java beside the launcher's, which the build sets for services of short tests. */
  private static final String FURTHER_JAVA_OPTIONS =
      System.getProperty("doni.service.java-options", "");

  /** How a service is to be started. */
  public static final class Builder {
    private final Path jar;
    private final Path directory;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private List<String> arguments = List.of("serve");
    private int port;

    private Builder(Path jar, Path directory) {
      this.jar = jar.toAbsolutePath();
      this.directory = directory.toAbsolutePath();
    }

    /** 0, as at first: a free one. */
    public Builder port(int wanted) {
      port = wanted;
      return this;
    }

    public Builder environment(String key, String value) {
      environment.put(key, value);
      return this;
    }

    public Builder environment(Map<String, String> more) {
      environment.putAll(more);
      return this;
    }

    /** Stores its data in a given database, so that several processes can share it. */
    public Builder database(String jdbcUrl, String user, String password) {
      return environment("SPRING_DATASOURCE_URL", jdbcUrl)
          .environment("SPRING_DATASOURCE_USERNAME", user)
          .environment("SPRING_DATASOURCE_PASSWORD", password);
    }

    /** The command line behind the jar, in place of {@code serve}. */
    public Builder arguments(String... other) {
      arguments = List.of(other);
      return this;
    }

    /** Starts the process, and does not wait for it. */
    public DoniProcess start() {
      return new DoniProcess(this);
    }
  }

  private final int port;
  private final int managementPort = FreePort.find();
  private final Path directory;
  private final Path log;
  private final Process process;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private DoniProcess(Builder builder) {
    port = builder.port == 0 ? FreePort.find() : builder.port;
    directory = builder.directory;
    log = directory.resolve("doni.log");
    try {
      Files.createDirectories(directory);
      process = launch(builder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A service that is not started yet.
   *
   * @param jar with {@code doni.aot} beside it, what java learned of it in a rehearsal is used, as
   *     the launcher does
   * @param directory takes its log, {@code doni.log}, to which later starts append, and its home
   */
  public static Builder of(Path jar, Path directory) {
    return new Builder(jar, directory);
  }

  /** Where its API is. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Where its metrics, its health and the description of its API are. */
  public URI managementUri() {
    return URI.create("http://127.0.0.1:" + managementPort);
  }

  public int port() {
    return port;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it and the starts before it in the same directory have written. */
  public Path log() {
    return log;
  }

  /** The last lines of the log, without the frames of stack traces. */
  public List<String> lastLines(int count) {
    try (Stream<String> lines = Files.lines(log)) {
      List<String> all = lines.filter(line -> !line.startsWith("\t")).toList();
      return all.subList(Math.max(0, all.size() - count), all.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits until it says that it is ready.
   *
   * @throws IllegalStateException with the end of its log, when it ends or is not ready in time; it
   *     is closed then
   */
  public DoniProcess awaitReady(Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!isReady()) {
      if (!process.isAlive()) {
        throw notReady("the service ended with " + process.exitValue());
      }
      if (System.nanoTime() > deadline) {
        throw notReady("the service is not ready after " + atMost);
      }
      LockSupport.parkNanos(POLL.toNanos());
      if (Thread.interrupted()) {
        throw notReady("interrupted while the service starts");
      }
    }
    return this;
  }

  /** Whether it says at this moment that it is ready. */
  public boolean isReady() {
    HttpRequest request =
        HttpRequest.newBuilder(managementUri().resolve("/actuator/health/readiness"))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Waits until it has ended by itself; its exit code. */
  public int awaitEnd(Duration atMost) {
    try {
      if (!process.waitFor(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new IllegalStateException("the service runs on after " + atMost + endOfLog());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the service ends", e);
    }
  }

  /** Asks it to end (SIGTERM), and waits for that; its exit code. */
  public int stop(Duration atMost) {
    process.destroy();
    return awaitEnd(atMost);
  }

  /** Kills it (SIGKILL); what it started, its database too, is killed with it. */
  public int kill() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    int code = awaitEnd(PATIENCE);
    killStray(children);
    return code;
  }

  private void killStray(List<ProcessHandle> children) {
    Stream.concat(children.stream(), StrayPostgres.under(directory).stream())
        .filter(ProcessHandle::destroyForcibly)
        .forEach(
            child -> child.onExit().completeOnTimeout(child, PATIENCE.toSeconds(), SECONDS).join());
  }

  /** How much memory the process itself holds, in bytes. */
  public long residentBytes() {
    try (Stream<String> status = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
      return status
          .filter(line -> line.startsWith("VmRSS:"))
          .map(line -> line.replaceAll("\\D", ""))
          .mapToLong(kilobytes -> Long.parseLong(kilobytes) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it as gently as it lets us; a database that it was just creating is killed. */
  @Override
  public void close() {
    if (process.isAlive()) {
      List<ProcessHandle> children = process.descendants().toList();
      process.destroy();
      try {
        awaitEnd(PATIENCE);
        killStray(children);
      } catch (IllegalStateException e) {
        kill();
      }
    }
    http.close();
  }

  private Process launch(Builder builder) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xms160m", "-Xmx256m", "-XX:+UseSerialGC"));
    Stream.of(FURTHER_JAVA_OPTIONS.split(" ")).filter(o -> !o.isEmpty()).forEach(command::add);
    command.add("--enable-native-access=ALL-UNNAMED");
    Path rehearsed = builder.jar.resolveSibling("doni.aot");
    if (isFilled(rehearsed)) {
      command.addAll(List.of("-Xlog:aot*=error", "-XX:AOTCache=" + rehearsed));
    }
    command.addAll(List.of("-jar", builder.jar.toString()));
    command.addAll(builder.arguments);
    ProcessBuilder start =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    start.environment().keySet().removeIf(DoniProcess::configuresIt);
    start.environment().put("SERVER_ADDRESS", "127.0.0.1");
    start.environment().put("SERVER_PORT", Integer.toString(port));
    start.environment().put("DONI_MANAGEMENT_PORT", Integer.toString(managementPort));
    start.environment().put("DONI_HOME", directory.resolve("home").toString());
    start.environment().putAll(builder.environment);
    return start.start();
  }

  /** Empty where the launcher found that java could not rehearse. */
  private static boolean isFilled(Path file) throws IOException {
    return Files.isRegularFile(file) && Files.size(file) > 0;
  }

  private IllegalStateException notReady(String why) {
    IllegalStateException failure = new IllegalStateException(why + endOfLog());
    close();
    return failure;
  }

  private String endOfLog() {
    return ":\n  " + String.join("\n  ", lastLines(20));
  }

  private static boolean configuresIt(String key) {
    return Stream.of("DONI_", "SPRING_", "SERVER_", "MANAGEMENT_", "LOGGING_")
        .anyMatch(key::startsWith);
  }
}
