package doni.worker.blazar;

/** How far a lease is. */
enum LeaseState {
  /** Its time is to come. */
  PENDING,
  /** Its time has begun. */
  ACTIVE,
  /** Its time is over. */
  ENDED,
  /** Blazar could not start or end it. */
  BROKEN,
  /** Blazar is at work on it. */
  CHANGING;

  boolean isOver() {
    return this == ENDED || this == BROKEN;
  }
}
