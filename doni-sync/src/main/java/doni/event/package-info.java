/** The event log: what happened to each device, in commit order. */
@NullMarked
package doni.event;

import org.jspecify.annotations.NullMarked;
