/** Discovery of hardware in backends, for {@code doni import --from}. */
@NullMarked
package doni.discovery;

import org.jspecify.annotations.NullMarked;
