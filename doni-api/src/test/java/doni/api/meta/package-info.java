/** Tests of what the service says of itself. */
@NullMarked
package doni.api.meta;

import org.jspecify.annotations.NullMarked;
