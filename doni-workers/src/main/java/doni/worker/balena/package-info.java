/** Keeps the devices of a Balena fleet in agreement with what is enrolled. */
@NullMarked
package doni.worker.balena;

import org.jspecify.annotations.NullMarked;
