/** The REST layer over a use-case layer in memory, for its tests. */
@NullMarked
package doni.api;

import org.jspecify.annotations.NullMarked;
