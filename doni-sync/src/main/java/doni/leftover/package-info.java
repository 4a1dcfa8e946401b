/** Force deletes, and the cleanup of what they leave behind in backends. */
@NullMarked
package doni.leftover;

import org.jspecify.annotations.NullMarked;
