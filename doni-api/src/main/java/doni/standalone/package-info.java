/** Single parts of the service, for commands that run without it. */
@NullMarked
package doni.standalone;

import org.jspecify.annotations.NullMarked;
