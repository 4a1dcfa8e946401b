/** REST resources for what force deletes left behind in backends. */
@NullMarked
package doni.api.leftover;

import org.jspecify.annotations.NullMarked;
