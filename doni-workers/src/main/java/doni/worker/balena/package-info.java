/** The worker that reconciles the devices of Balena fleets with what is enrolled. */
@NullMarked
package doni.worker.balena;

import org.jspecify.annotations.NullMarked;
