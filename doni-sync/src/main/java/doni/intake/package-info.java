/** The use cases of the API, one transaction each. */
@NullMarked
package doni.intake;

import org.jspecify.annotations.NullMarked;
