/**
 * One attempt of a worker for one hardware: reads a snapshot, calls the worker, records the
 * outcome.
 */
@NullMarked
package doni.engine.attempt;

import org.jspecify.annotations.NullMarked;
