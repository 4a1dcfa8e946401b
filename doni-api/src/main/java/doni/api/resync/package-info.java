/** REST resources for resync runs. */
@NullMarked
package doni.api.resync;

import org.jspecify.annotations.NullMarked;
