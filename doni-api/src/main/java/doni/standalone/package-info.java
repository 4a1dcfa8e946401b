/** The parts of the service, made one by one where no service runs. */
@NullMarked
package doni.standalone;

import org.jspecify.annotations.NullMarked;
