/** Tests of the resync resources. */
@NullMarked
package doni.api.resync;

import org.jspecify.annotations.NullMarked;
