/** The commands that talk to a running service through its REST API. */
@NullMarked
package doni.command;

import org.jspecify.annotations.NullMarked;
