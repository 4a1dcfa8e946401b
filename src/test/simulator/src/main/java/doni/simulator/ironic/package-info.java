/** A simulated Ironic: nodes with their states, locks and faults, and ports. */
@NullMarked
package doni.simulator.ironic;

import org.jspecify.annotations.NullMarked;
