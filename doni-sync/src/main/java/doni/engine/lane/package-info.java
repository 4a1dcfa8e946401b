/** Lanes: one queue, pace and concurrency per worker, on db-scheduler. */
@NullMarked
package doni.engine.lane;

import org.jspecify.annotations.NullMarked;
