/** A simulated Ironic: nodes with their states, locks and faults, and ports. */
@NullMarked
package doni.site.ironic;

import org.jspecify.annotations.NullMarked;
