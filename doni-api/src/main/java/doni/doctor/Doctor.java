package doni.doctor;

import doni.backend.BackendException;
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

/**
 * Looks at all that a service with these settings needs, without starting one, and says for each
 * thing what was found and what to do. Reads only.
 *
 * <p>What is broken keeps nothing else from being looked at: each examination runs on a thread of
 * its own, and is given up when its time is over.
 */
public final class Doctor {

  private static final String DEFECT =
      "that is a defect of Doni: report it with what ./doni --version says";

  private final ConfigurableEnvironment environment;
  private final FailureText explanation;
  private final Duration timeLimit;

  /**
   * @param timeLimit for each examination
   */
  public Doctor(ConfigurableEnvironment environment, FailureText explanation, Duration timeLimit) {
    this.environment = environment;
    this.explanation = explanation;
    this.timeLimit = timeLimit;
  }

  /**
   * @param unknownSettings keys that nothing reads
   */
  public List<CheckResult> examine(List<String> unknownSettings) throws InterruptedException {
    List<CheckResult> all = new ArrayList<>();
    // Not closed, which would wait for what does not answer. Of the platform, because each loads
    // classes: a virtual thread that waits for a lock meanwhile keeps its carrier, and on a machine
    // with two processors the one that has the lock finds none to go on with.
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());
    try {
      List<DoctorCheck> examinations = examinations(unknownSettings);
      long end = System.nanoTime() + timeLimit.toNanos();
      Map<DoctorCheck, Future<List<Finding>>> running = new LinkedHashMap<>();
      for (DoctorCheck examination : examinations) {
        running.put(examination, threads.submit(() -> examination.look().look()));
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

  private List<DoctorCheck> examinations(List<String> unknownSettings) {
    StandaloneParts site = new StandaloneParts(environment);
    Clock clock = site.clock();
    List<DoctorCheck> all = new ArrayList<>();
    all.add(
        new DoctorCheck(
            "configuration", () -> new SettingsCheck(site, this::failed).look(unknownSettings)));
    DatabaseCheck database = new DatabaseCheck(environment);
    all.add(new DoctorCheck("database", database::look));
    all.add(new DoctorCheck("secrets", database::secrets));
    all.add(new DoctorCheck("policy", () -> PolicyCheck.look(environment)));
    all.add(new DoctorCheck("keystone", () -> KeystoneCheck.look(environment, clock)));
    all.add(new DoctorCheck("clock", () -> new ClockCheck(environment, clock).look()));
    all.add(new DoctorCheck("files", () -> new FileCheck(environment).look()));
    for (String worker : site.enabledWorkers()) {
      all.add(
          new DoctorCheck(
              "worker " + worker, () -> new WorkerCheck(site, this::failed).look(worker)));
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
              "see whether what it talks to is overloaded or cut off; --time-limit gives it longer"));
    } catch (ExecutionException e) {
      return List.of(failed(e.getCause() == null ? e : e.getCause()));
    }
  }

  /** What an examination came to that did not come to its end. */
  private Finding failed(Throwable failure) {
    Optional<BackendException> remote =
        Stream.iterate(failure, e -> e != null, Throwable::getCause)
            .filter(BackendException.class::isInstance)
            .map(BackendException.class::cast)
            .findFirst();
    return remote
        .map(Doctor::refused)
        .orElseGet(() ->
            explanation
                .of(failure, environment)
                .<Finding>map(line -> new Finding.Problem(line, "correct it"))
                .orElseGet(() ->
                    new Finding.Problem(
                        "the examination failed (" + failure.getClass().getSimpleName() + ")",
                        DEFECT)));
  }

  private static Finding refused(BackendException e) {
    String advice =
        switch (e.kind()) {
          case CONNECTION, TIMEOUT ->
              "see whether " + e.service() + " runs, and can be reached from this machine";
          case NOT_SENT -> "correct the setting that it names";
          case STATUS ->
              switch (e.status()) {
                case 401, 403 ->
                    "give the user as whom we come there the rights that the README names";
                case 404 -> "see whether the URL of " + e.service() + " is right";
                default -> "see what the log of " + e.service() + " says of it";
              };
        };
    return new Finding.Problem(line(e.service(), String.valueOf(e.getMessage())), advice);
  }

  private static String line(String service, String text) {
    String oneLine = text.strip().replaceAll("\\s*\\R\\s*", " ");
    return oneLine.contains(service) ? oneLine : service + ": " + oneLine;
  }
}
