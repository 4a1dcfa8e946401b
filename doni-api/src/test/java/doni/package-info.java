/** Rules about the whole code base. */
@NullMarked
package doni;

import org.jspecify.annotations.NullMarked;
