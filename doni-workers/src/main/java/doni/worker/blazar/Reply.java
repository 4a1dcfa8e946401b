package doni.worker.blazar;

/** What came of a write. */
sealed interface Reply<T> {

  /**
   * It is done.
   *
   * @param value as it is now
   */
  record Done<T>(T value) implements Reply<T> {}

  /** It is not, or nobody knows. */
  record Refused<T>(Refusal refusal) implements Reply<T> {}
}
