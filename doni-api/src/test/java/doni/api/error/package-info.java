/** Tests of how errors look. */
@NullMarked
package doni.api.error;

import org.jspecify.annotations.NullMarked;
