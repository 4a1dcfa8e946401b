/** Tests of the event log. */
@NullMarked
package doni.event;

import org.jspecify.annotations.NullMarked;
