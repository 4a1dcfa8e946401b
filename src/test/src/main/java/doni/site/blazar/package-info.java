/** A simulated Blazar (reservations), faithful to the Chameleon fork. */
@NullMarked
package doni.site.blazar;

import org.jspecify.annotations.NullMarked;
