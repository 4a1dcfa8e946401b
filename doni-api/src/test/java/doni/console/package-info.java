/** Tests of the web console. */
@NullMarked
package doni.console;

import org.jspecify.annotations.NullMarked;
