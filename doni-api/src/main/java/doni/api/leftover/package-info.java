/** REST resources for leftovers of force deletes. */
@NullMarked
package doni.api.leftover;

import org.jspecify.annotations.NullMarked;
