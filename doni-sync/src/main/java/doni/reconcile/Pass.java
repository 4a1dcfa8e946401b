package doni.reconcile;

import doni.inventory.Claim;
import doni.inventory.Task;
import doni.worker.Worker;
import java.util.Map;

/**
 * One attempt, from the reading on which it is based.
 *
 * @param routine of the worker's lane
 * @param details what the worker reported so far
 */
record Pass(Worker worker, Claim claim, Task task, Routine routine, Map<String, Object> details) {

  /** What is reported here is what was left alone, see {@link Routine.Drift#REPORT}. */
  static final String DRIFT = "drift";
}
