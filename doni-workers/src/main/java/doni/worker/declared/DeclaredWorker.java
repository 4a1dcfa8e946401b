package doni.worker.declared;

import doni.worker.Attempt;
import doni.worker.Plan;
import doni.worker.Worker;
import doni.worker.WorkerField;
import java.util.List;

/**
 * A worker that declares its properties and reconciles nothing: the engine refuses to run a lane
 * for it.
 */
record DeclaredWorker(String type, List<WorkerField> fields) implements Worker {

  DeclaredWorker {
    fields = List.copyOf(fields);
  }

  @Override
  public boolean reconciles() {
    return false;
  }

  @Override
  public Plan plan(Attempt attempt) {
    throw new IllegalStateException("no lane may be run for " + type);
  }
}
