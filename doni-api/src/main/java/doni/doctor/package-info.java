/** The checks of {@code doni doctor}. */
@NullMarked
package doni.doctor;

import org.jspecify.annotations.NullMarked;
