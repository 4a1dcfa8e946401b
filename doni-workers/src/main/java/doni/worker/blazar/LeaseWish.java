package doni.worker.blazar;

import java.time.Instant;

/**
 * A lease to be granted.
 *
 * @param uid of the one thing that it is to reserve
 * @param end to the minute
 */
record LeaseWish(Kind kind, String name, String uid, Start start, Instant end) {}
