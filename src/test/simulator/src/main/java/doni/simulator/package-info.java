/** A whole edge site simulated in one process, and what drives the built service against it. */
@NullMarked
package doni.simulator;

import org.jspecify.annotations.NullMarked;
