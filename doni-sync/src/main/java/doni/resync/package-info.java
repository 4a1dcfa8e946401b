/**
 * Resync runs: make many tasks due again, in the background, with progress that survives restarts.
 */
@NullMarked
package doni.resync;

import org.jspecify.annotations.NullMarked;
