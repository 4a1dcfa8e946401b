/** The ironic worker against a simulated Ironic. */
@NullMarked
package doni.worker.ironic;

import org.jspecify.annotations.NullMarked;
