/** Wiring and start of the service. */
@NullMarked
package doni;

import org.jspecify.annotations.NullMarked;
