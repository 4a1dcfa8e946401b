package doni.system;

import doni.simulator.BuiltService;
import doni.simulator.DoniProcess;
import doni.simulator.SimulatedSite;
import doni.simulator.http.Calls;
import doni.simulator.http.Faults;
import doni.simulator.keystone.SimulatedKeystone;
import doni.simulator.kubernetes.SimulatedKubernetes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A simulated site with a database of its own, and the replicas of the service that run there. */
final class TestSite implements AutoCloseable {

  /** Long enough for a machine that does other things as well. */
  static final Duration START = Duration.ofMinutes(2);

  /**
   * Where the sites of this JVM have their files. Two JVMs run tests, and one must not replace the
   * kubeconfig under a service of the other.
   */
  private static final Path SITES = directoryOf(System.getProperty("doni.test.jvm", "jvm-1"));

  private final Path directory;
  private final Database database;
  private final SimulatedSite backends = SimulatedSite.start();
  private final List<DoniProcess> replicas = new CopyOnWriteArrayList<>();
  private final List<Owner> owners = new CopyOnWriteArrayList<>();

  /**
   * A site without a replica.
   *
   * @param name of the directory that takes the replicas' logs, and keeps them until the next run
   */
  TestSite(String name, SitePostgres postgres) {
    this(name, postgres.create());
  }

  /** A site without a replica, with an empty database. */
  TestSite(String name, Database database) {
    this.directory = emptied(SITES.resolve(name));
    this.database = database;
  }

  private static Path directoryOf(String jvm) {
    if (!jvm.matches("jvm-\\d+")) {
      throw new IllegalStateException("doni.test.jvm is '" + jvm + "', without a number");
    }
    return Path.of("target", "system", jvm).toAbsolutePath();
  }

  /** All of the backends. */
  SimulatedSite backends() {
    return backends;
  }

  /** The faults of each backend of the workers. */
  List<Faults> faults() {
    return List.of(
        backends.kubernetes().faults(),
        backends.tunelo().faults(),
        backends.blazar().faults(),
        backends.balena().faults(),
        backends.ironic().faults());
  }

  /** The calls to each backend of the workers, by its name. */
  Map<String, Calls> calls() {
    return Map.of(
        "kubernetes",
        backends.kubernetes().calls(),
        "tunelo",
        backends.tunelo().calls(),
        "blazar",
        backends.blazar().calls(),
        "balena",
        backends.balena().calls(),
        "ironic",
        backends.ironic().calls());
  }

  SimulatedKubernetes kubernetes() {
    return backends.kubernetes();
  }

  SimulatedKeystone keystone() {
    return backends.keystone();
  }

  Database database() {
    return database;
  }

  /** Starts a replica, and does not wait for it. */
  DoniProcess start(String name, Map<String, String> settings) {
    return start(home(name), backends.environment(home(name)), settings);
  }

  /** Starts a replica that has all workers, and waits until it is ready. */
  DoniProcess startWithAllWorkers(String name, Map<String, String> settings) {
    return startAllWorkers(name, settings).awaitReady(START);
  }

  /** Starts a replica that has all workers, and does not wait for it. */
  DoniProcess startAllWorkers(String name, Map<String, String> settings) {
    return start(home(name), backends.environmentOfAllWorkers(home(name)), settings);
  }

  private DoniProcess start(
      Path home, Map<String, String> environment, Map<String, String> settings) {
    DoniProcess started =
        DoniProcess.of(BuiltService.jar(), home)
            .database(database.url(), SitePostgres.USER, "")
            .environment(environment)
            .environment(settings)
            .start();
    replicas.add(started);
    return started;
  }

  /** Starts a replica, and waits until it is ready. */
  DoniProcess startAndAwait(String name, Map<String, String> settings) {
    return start(name, settings).awaitReady(START);
  }

  /** The replica that was started first. */
  DoniProcess service() {
    return replicas.getFirst();
  }

  /** Creates a user with a project of the same name; the client calls the first replica. */
  Owner owner(String name) {
    keystone().addUser(name, name + "-proj", "member");
    return at(service(), keystone().token(name));
  }

  /** Returns a client with this token that calls this replica. */
  Owner at(DoniProcess replica, String token) {
    Owner owner = new Owner(replica.uri(), token);
    owners.add(owner);
    return owner;
  }

  /** Creates the directory of a replica, or of another service of this site. */
  Path home(String name) {
    try {
      return Files.createDirectories(directory.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path emptied(Path directory) {
    try {
      if (Files.exists(directory)) {
        try (Stream<Path> files = Files.walk(directory)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
      return Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    owners.forEach(Owner::close);
    faults().forEach(Faults::clear);
    replicas.parallelStream().forEach(DoniProcess::close);
    backends.close();
  }
}
