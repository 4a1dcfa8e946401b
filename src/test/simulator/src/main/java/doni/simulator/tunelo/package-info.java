/** A simulated Tunelo, with as much of Neutron behind it as shows. */
@NullMarked
package doni.simulator.tunelo;

import org.jspecify.annotations.NullMarked;
