package doni.worker.k8s;

/** The answer to a write that the cluster understood. */
enum K8sWriteResult {
  DONE,
  /** Another client was faster: the object exists, or has changed since it was read. */
  CONFLICT,
  /** The object does not exist. */
  ABSENT,
  /** The permission is missing; returned only where the worker can do without. */
  FORBIDDEN
}
