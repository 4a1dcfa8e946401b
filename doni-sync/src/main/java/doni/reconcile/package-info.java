/** One attempt of a worker for a device, and what follows from its outcome. */
@NullMarked
package doni.reconcile;

import org.jspecify.annotations.NullMarked;
