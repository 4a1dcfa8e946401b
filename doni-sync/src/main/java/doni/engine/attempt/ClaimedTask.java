package doni.engine.attempt;

import doni.task.TaskClaim;
import doni.task.WorkerTask;
import doni.worker.Worker;
import java.util.Map;

/**
 * A task that this replica has claimed for one attempt, as it was read at its start.
 *
 * @param policy of the worker's lane
 * @param details what earlier attempts recorded
 */
record ClaimedTask(
    Worker worker,
    TaskClaim claim,
    WorkerTask task,
    ResyncPolicy policy,
    Map<String, Object> details) {

  /** Key of the details that hold drift which was reported and left alone. */
  static final String DRIFT = "drift";
}
