/** What backends have that could be enrolled, for {@code doni import --from}. */
@NullMarked
package doni.discovery;

import org.jspecify.annotations.NullMarked;
