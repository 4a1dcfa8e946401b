package doni.doctor;

import doni.parts.Site;
import doni.worker.Checkup;
import doni.worker.Worker;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** Makes one worker and lets it look at its backend. */
final class WorkerExamination {

  private final Site site;
  private final Function<Throwable, Checkup> failed;

  WorkerExamination(Site site, Function<Throwable, Checkup> failed) {
    this.site = site;
    this.failed = failed;
  }

  List<Checkup> look(String type) {
    try (AnnotationConfigApplicationContext parts = site.worker(type)) {
      Optional<Worker> worker =
          parts.getBeanProvider(Worker.class).stream()
              .filter(one -> one.type().equals(type))
              .findFirst();
      if (worker.isEmpty()) {
        return List.of(
            new Checkup.Wrong(
                "doni.workers.enabled: '" + type + "' is not a worker",
                "take it out, or correct its name; the README lists all"));
      }
      try {
        return worker.get().checkUp();
      } finally {
        worker.get().stop();
      }
    } catch (RuntimeException e) {
      return List.of(failed.apply(e));
    }
  }
}
