/** What {@code doni doctor} looks at. */
@NullMarked
package doni.doctor;

import org.jspecify.annotations.NullMarked;
