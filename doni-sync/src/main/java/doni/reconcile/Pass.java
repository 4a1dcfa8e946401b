package doni.reconcile;

import doni.inventory.Claim;
import doni.inventory.Task;
import doni.worker.Worker;
import java.util.Map;

/**
 * One attempt, from the reading on which it is based.
 *
 * @param details what the worker reported so far
 */
record Pass(Worker worker, Claim claim, Task task, Map<String, Object> details) {}
