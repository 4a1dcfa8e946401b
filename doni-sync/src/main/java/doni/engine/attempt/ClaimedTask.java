package doni.engine.attempt;

import doni.task.TaskClaim;
import doni.task.WorkerTask;
import doni.worker.Worker;
import java.util.Map;

/**
 * One attempt, from the reading on which it is based.
 *
 * @param routine of the worker's lane
 * @param details what the worker reported so far
 */
record ClaimedTask(
    Worker worker,
    TaskClaim claim,
    WorkerTask task,
    ResyncPolicy routine,
    Map<String, Object> details) {

  /** What is reported here is what was left alone, see {@link ResyncPolicy.DriftMode#REPORT}. */
  static final String DRIFT = "drift";
}
