/** What the service says of itself: its version and whether it is well. */
@NullMarked
package doni.api.meta;

import org.jspecify.annotations.NullMarked;
