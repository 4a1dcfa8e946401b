package doni.task;

import java.util.Map;

/** What a worker reports for a device, as clients see it. */
public record WorkerReport(String workerType, TaskState state, Map<String, Object> stateDetails) {}
