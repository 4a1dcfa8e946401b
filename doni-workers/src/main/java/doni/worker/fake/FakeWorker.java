package doni.worker.fake;

import doni.worker.ConditionalOnWorker;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import doni.worker.WorkerField;
import doni.worker.WorkerField.Fallback;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Agrees with everything, and has a field of each kind of visibility. */
@Component
@ConditionalOnWorker(FakeWorker.TYPE)
final class FakeWorker implements Worker {

  static final String TYPE = "fake-worker";

  private static final Map<String, Object> TEXT = Map.of("type", "string");

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public List<WorkerField> fields() {
    return List.of(
        WorkerField.of("private-field", TEXT).asHidden(),
        WorkerField.of("private-and-sensitive-field", TEXT).asHidden().asMasked(),
        WorkerField.of("public-field", TEXT),
        WorkerField.of("public-and-sensitive-field", TEXT).asMasked(),
        WorkerField.of("default-field", TEXT)
            .asHidden()
            .withFallback(new Fallback.Stored("default-field-value")));
  }

  @Override
  public ReconcilePlan plan(ReconcileContext attempt) {
    return ReconcilePlan.settled(
        attempt.hardware().deleted()
            ? new Outcome.Gone(List.of())
            : new Outcome.Synced(
                Map.of("fake-result", "fake-worker-prefix-" + attempt.hardware().id()), List.of()));
  }
}
