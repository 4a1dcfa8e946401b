/**
 * What all workers share: the loop that writes until nothing differs, the log of what was written,
 * typed access to recorded details, and the one mapping from a failed backend call to an outcome.
 */
@NullMarked
package doni.convergence;

import org.jspecify.annotations.NullMarked;
