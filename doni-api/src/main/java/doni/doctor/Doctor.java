package doni.doctor;

import doni.parts.Site;
import doni.worker.Checkup;
import doni.worker.RemoteException;
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
  private final Explanation explanation;
  private final Duration timeLimit;

  /**
   * @param timeLimit for each examination
   */
  public Doctor(ConfigurableEnvironment environment, Explanation explanation, Duration timeLimit) {
    this.environment = environment;
    this.explanation = explanation;
    this.timeLimit = timeLimit;
  }

  /**
   * @param unknownSettings keys that nothing reads
   */
  public List<Diagnosis> examine(List<String> unknownSettings) throws InterruptedException {
    List<Diagnosis> all = new ArrayList<>();
    // Not closed, which would wait for what does not answer. Of the platform, because each loads
    // classes: a virtual thread that waits for a lock meanwhile keeps its carrier, and on a machine
    // with two processors the one that has the lock finds none to go on with.
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());
    try {
      List<Examination> examinations = examinations(unknownSettings);
      long end = System.nanoTime() + timeLimit.toNanos();
      Map<Examination, Future<List<Checkup>>> running = new LinkedHashMap<>();
      for (Examination examination : examinations) {
        running.put(examination, threads.submit(() -> examination.look().look()));
      }
      for (Map.Entry<Examination, Future<List<Checkup>>> one : running.entrySet()) {
        String subject = one.getKey().subject();
        result(one.getValue(), end).forEach(found -> all.add(new Diagnosis(subject, found)));
      }
    } finally {
      threads.shutdownNow();
    }
    return all;
  }

  private List<Examination> examinations(List<String> unknownSettings) {
    Site site = new Site(environment);
    Clock clock = site.clock();
    List<Examination> all = new ArrayList<>();
    all.add(
        new Examination(
            "configuration",
            () -> new SettingsExamination(site, this::failed).look(unknownSettings)));
    DatabaseExamination database = new DatabaseExamination(environment);
    all.add(new Examination("database", database::look));
    all.add(new Examination("secrets", database::secrets));
    all.add(new Examination("policy", () -> PolicyExamination.look(environment)));
    all.add(new Examination("keystone", () -> KeystoneExamination.look(environment, clock)));
    all.add(new Examination("clock", () -> new ClockExamination(environment, clock).look()));
    all.add(new Examination("files", () -> new FileExamination(environment).look()));
    for (String worker : site.enabledWorkers()) {
      all.add(
          new Examination(
              "worker " + worker, () -> new WorkerExamination(site, this::failed).look(worker)));
    }
    return all;
  }

  private List<Checkup> result(Future<List<Checkup>> running, long end)
      throws InterruptedException {
    try {
      return running.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      running.cancel(true);
      return List.of(
          new Checkup.Wrong(
              "no answer within " + timeLimit.toMillis() + " ms",
              "see whether what it talks to is overloaded or cut off; --time-limit gives it longer"));
    } catch (ExecutionException e) {
      return List.of(failed(e.getCause() == null ? e : e.getCause()));
    }
  }

  /** What an examination came to that did not come to its end. */
  private Checkup failed(Throwable failure) {
    Optional<RemoteException> remote =
        Stream.iterate(failure, e -> e != null, Throwable::getCause)
            .filter(RemoteException.class::isInstance)
            .map(RemoteException.class::cast)
            .findFirst();
    return remote
        .map(Doctor::refused)
        .orElseGet(() ->
            explanation
                .of(failure, environment)
                .<Checkup>map(line -> new Checkup.Wrong(line, "correct it"))
                .orElseGet(() ->
                    new Checkup.Wrong(
                        "the examination failed (" + failure.getClass().getSimpleName() + ")",
                        DEFECT)));
  }

  private static Checkup refused(RemoteException e) {
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
    return new Checkup.Wrong(line(e.service(), String.valueOf(e.getMessage())), advice);
  }

  private static String line(String service, String text) {
    String oneLine = text.strip().replaceAll("\\s*\\R\\s*", " ");
    return oneLine.contains(service) ? oneLine : service + ": " + oneLine;
  }
}
