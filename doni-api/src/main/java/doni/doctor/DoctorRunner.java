package doni.doctor;

import doni.backend.BackendException;
import doni.mail.MailServerCheck;
import doni.standalone.StandaloneParts;
import doni.worker.Finding;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertyResolver;

/**
 * Checks everything that a service with these settings needs, without starting one, and reports for
 * each subject what was found and what to do. It only reads.
 *
 * <p>Each check runs on its own thread with a time limit, so a broken subject does not prevent the
 * other checks.
 */
public final class DoctorRunner {

  private static final String DEFECT =
      "this is a bug in Doni; report it with the output of ./doni --version";

  private final ConfigurableEnvironment environment;
  private final FailureText failureText;
  private final Duration timeLimit;

  /**
   * Creates a doctor.
   *
   * @param timeLimit for each check
   */
  public DoctorRunner(
      ConfigurableEnvironment environment, FailureText failureText, Duration timeLimit) {
    this.environment = environment;
    this.failureText = failureText;
    this.timeLimit = timeLimit;
  }

  /**
   * Runs all checks.
   *
   * @param unknownSettings keys that no setting has
   */
  public List<CheckResult> examine(List<String> unknownSettings) throws InterruptedException {
    List<CheckResult> all = new ArrayList<>();
    // Not closed, because that would wait for checks that hang.
    ExecutorService threads = Executors.newThreadPerTaskExecutor(DoctorRunner::thread);
    try {
      List<DoctorCheck> checks = checks(unknownSettings);
      long end = System.nanoTime() + timeLimit.toNanos();
      Map<DoctorCheck, Future<List<Finding>>> running = new LinkedHashMap<>();
      for (DoctorCheck check : checks) {
        running.put(check, threads.submit(() -> check.probe().run()));
      }
      for (Map.Entry<DoctorCheck, Future<List<Finding>>> one : running.entrySet()) {
        String subject = one.getKey().subject();
        result(one.getValue(), end).forEach(found -> all.add(new CheckResult(subject, found)));
      }
    } finally {
      threads.shutdownNow();
    }
    return all;
  }

  /**
   * A platform thread, because every check loads classes: virtual threads that wait for a class
   * loading lock pin their carriers, and on two processors the holder of the lock would find no
   * carrier. In a request, the class loader would be that of Tomcat's application, with which no
   * bean of a package-private type can be created.
   */
  private static Thread thread(Runnable check) {
    Thread thread = Thread.ofPlatform().daemon().name("doctor").unstarted(check);
    thread.setContextClassLoader(DoctorRunner.class.getClassLoader());
    return thread;
  }

  private List<DoctorCheck> checks(List<String> unknownSettings) {
    StandaloneParts site = new StandaloneParts(environment);
    Clock clock = site.clock();
    List<DoctorCheck> all = new ArrayList<>();
    all.add(
        new DoctorCheck(
            "configuration", () -> new SettingsCheck(site, this::failed).check(unknownSettings)));
    DatabaseCheck database = new DatabaseCheck(environment);
    all.add(new DoctorCheck("database", database::check));
    all.add(new DoctorCheck("secrets", database::secrets));
    all.add(new DoctorCheck("devices", () -> database.tasks(site.enabledWorkers(), clock)));
    all.add(new DoctorCheck("policy", () -> PolicyFileCheck.check(environment)));
    all.add(new DoctorCheck("keystone", () -> KeystoneLoginCheck.check(environment, clock)));
    all.add(new DoctorCheck("clock", () -> new ClockSkewCheck(environment, clock).check()));
    all.add(new DoctorCheck("mail", () -> MailServerCheck.check(environment, clock)));
    all.add(new DoctorCheck("files", () -> new HomeDirectoryCheck(environment).check()));
    for (String worker : site.enabledWorkers()) {
      all.add(
          new DoctorCheck(
              "worker " + worker, () -> new WorkerBackendCheck(site, this::failed).check(worker)));
    }
    return all;
  }

  private List<Finding> result(Future<List<Finding>> running, long end)
      throws InterruptedException {
    try {
      return running.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      running.cancel(true);
      return List.of(
          new Finding.Problem(
              "no answer within " + timeLimit.toMillis() + " ms",
              "check whether the service it calls is overloaded or unreachable; raise --time-limit"));
    } catch (ExecutionException e) {
      return List.of(failed(e.getCause() == null ? e : e.getCause()));
    }
  }

  /** Converts the exception of a check to a finding. */
  private Finding failed(Throwable failure) {
    Optional<BackendException> backend =
        Stream.iterate(failure, e -> e != null, Throwable::getCause)
            .filter(BackendException.class::isInstance)
            .map(BackendException.class::cast)
            .findFirst();
    return backend
        .map(DoctorRunner::refused)
        .orElseGet(() ->
            failureText
                .of(failure, environment)
                .<Finding>map(line -> new Finding.Problem(line, "correct the setting"))
                .orElseGet(() -> new Finding.Problem("the check ended unexpectedly", DEFECT)));
  }

  private static Finding refused(BackendException e) {
    String advice =
        switch (e.kind()) {
          case CONNECTION, TIMEOUT ->
              "check that " + e.service() + " runs and is reachable from this machine";
          case NOT_SENT -> "correct the setting named here";
          case STATUS ->
              switch (e.status()) {
                case 401, 403 -> "grant the service account the permissions listed in the README";
                case 404 -> "check the URL of " + e.service();
                default -> "check the log of " + e.service();
              };
        };
    return new Finding.Problem(line(e.service(), String.valueOf(e.getMessage())), advice);
  }

  private static String line(String service, String text) {
    String oneLine = text.strip().replaceAll("\\s*\\R\\s*", " ");
    return oneLine.contains(service) ? oneLine : service + ": " + oneLine;
  }

  /**
   * One line of the doctor's report.
   *
   * @param subject what was checked, for example {@code database} or {@code worker k8s}
   */
  public record CheckResult(String subject, Finding finding) {

    public boolean isProblem() {
      return finding instanceof Finding.Problem;
    }
  }

  /** Describes a failure in one line, without secrets. */
  @FunctionalInterface
  public interface FailureText {

    /** Returns the line; empty if the failure is a bug in Doni. */
    Optional<String> of(Throwable failure, PropertyResolver settings);
  }
}
