/** The machine types that a site accepts, and what hangs on them: labels and fleets. */
@NullMarked
package doni.machinetype;

import org.jspecify.annotations.NullMarked;
