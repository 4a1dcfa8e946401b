/** Version and health of the service. */
@NullMarked
package doni.api.meta;

import org.jspecify.annotations.NullMarked;
