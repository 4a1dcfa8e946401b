package doni.worker.k8s;

/** What became of a write that the cluster understood. */
enum Written {
  DONE,
  /** Somebody else was faster: there already, or changed since it was read. */
  CONFLICT,
  /** There is no such object (any more). */
  ABSENT,
  /** We have no right to do it; said only where a worker can do without. */
  FORBIDDEN
}
