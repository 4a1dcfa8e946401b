/** Tests of force deletes and their leftovers. */
@NullMarked
package doni.leftover;

import org.jspecify.annotations.NullMarked;
