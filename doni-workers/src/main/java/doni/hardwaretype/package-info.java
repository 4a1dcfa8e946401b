/** The kinds of hardware that can be enrolled, with their own properties. */
@NullMarked
package doni.hardwaretype;

import org.jspecify.annotations.NullMarked;
