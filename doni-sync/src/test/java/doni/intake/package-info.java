/** Tests of the use cases. */
@NullMarked
package doni.intake;

import org.jspecify.annotations.NullMarked;
