package doni.doctor;

import doni.standalone.StandaloneParts;
import doni.worker.Finding;
import doni.worker.Worker;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** Creates one worker and lets it check its backend. */
final class WorkerBackendCheck {

  private final StandaloneParts site;
  private final Function<Throwable, Finding> failed;

  WorkerBackendCheck(StandaloneParts site, Function<Throwable, Finding> failed) {
    this.site = site;
    this.failed = failed;
  }

  List<Finding> check(String type) {
    try (AnnotationConfigApplicationContext parts = site.worker(type)) {
      Optional<Worker> worker =
          parts.getBeanProvider(Worker.class).stream()
              .filter(one -> one.type().equals(type))
              .findFirst();
      if (worker.isEmpty()) {
        return List.of(
            new Finding.Problem(
                "doni.workers.enabled: '" + type + "' is not a worker",
                "correct or remove the name; see docs/configuration.md"));
      }
      try {
        return worker.get().check();
      } finally {
        worker.get().stop();
      }
    } catch (RuntimeException e) {
      return List.of(failed.apply(e));
    }
  }
}
