/** Tests of machine types. */
@NullMarked
package doni.machinetype;

import org.jspecify.annotations.NullMarked;
