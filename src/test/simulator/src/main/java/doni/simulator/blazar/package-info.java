/** A simulated Blazar (reservations), faithful to the Chameleon fork. */
@NullMarked
package doni.simulator.blazar;

import org.jspecify.annotations.NullMarked;
