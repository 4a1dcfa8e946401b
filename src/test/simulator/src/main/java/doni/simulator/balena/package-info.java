/** A simulated Balena API, as openBalena serves it. */
@NullMarked
package doni.simulator.balena;

import org.jspecify.annotations.NullMarked;
