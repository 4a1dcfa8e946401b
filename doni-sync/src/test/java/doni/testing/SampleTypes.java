package doni.testing;

import doni.hardwaretype.HardwareTypes;
import doni.worker.HardwareType;
import doni.worker.HardwareTypeSource;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import doni.worker.WorkerField;
import doni.worker.WorkerField.Fallback;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A hardware type with a field of every kind, and the worker that serves it. */
public final class SampleTypes {

  public static final String TYPE = "sample";
  public static final String WORKER = "fake-worker";
  public static final String ISSUED = "issued-token";

  private static final Map<String, Object> TEXT = Map.of("type", "string");

  private SampleTypes() {}

  public static HardwareTypes create() {
    return new HardwareTypes(source(), List.of(worker()));
  }

  public static HardwareTypeSource source() {
    List<HardwareType> types = List.of(type());
    return () -> types;
  }

  public static Worker worker() {
    return new SampleWorker();
  }

  public static HardwareType type() {
    return new HardwareType(
        TYPE,
        List.of(WORKER, "worker-that-is-not-enabled"),
        List.of(
            WorkerField.of("required", TEXT).asRequired(),
            WorkerField.of("hidden", TEXT).asHidden(),
            WorkerField.of("secret", TEXT).asHidden().asMasked(),
            WorkerField.of("token", TEXT)
                .asHidden()
                .asEncrypted()
                .withFallback(new Fallback.Issued(() -> ISSUED)),
            WorkerField.of("declared", TEXT).withFallback(new Fallback.Declared("declared-value")),
            WorkerField.of("list", Map.of("type", "array", "items", TEXT)),
            WorkerField.of("object", Map.of("type", "object"))),
        List.of(properties ->
            "forbidden".equals(properties.get("declared"))
                ? List.of("/properties/declared: is not allowed")
                : List.of()));
  }

  private record SampleWorker() implements Worker {
    @Override
    public String type() {
      return WORKER;
    }

    @Override
    public List<WorkerField> fields() {
      return List.of(
          WorkerField.of("stored", TEXT).withFallback(new Fallback.Stored("stored-value")));
    }

    @Override
    public Optional<Map<String, Object>> nameSchema() {
      return Optional.of(Map.of("type", "string", "maxLength", 20));
    }

    @Override
    public Set<String> privateDetails() {
      return Set.of("kept_by_the_worker");
    }

    @Override
    public Set<String> secretDetails() {
      return Set.of("device_key");
    }

    @Override
    public List<Milestone> milestones(Map<String, Object> recorded) {
      return List.of(
          recorded.containsKey("booted")
              ? Milestone.reached(Milestone.Step.BOOTED)
              : Milestone.missing(
                  Milestone.Step.BOOTED, "the machine has never booted", "connect its power"));
    }

    @Override
    public ReconcilePlan plan(ReconcileContext attempt) {
      return ReconcilePlan.settled(
          attempt.hardware().deleted()
              ? new Outcome.Gone(List.of())
              : new Outcome.Synced(Map.of(), List.of()));
    }
  }
}
