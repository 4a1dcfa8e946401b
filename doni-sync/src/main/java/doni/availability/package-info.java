/** Device availability: whether each device responds, from the signals of all backends. */
@NullMarked
package doni.availability;

import org.jspecify.annotations.NullMarked;
