/** Admission control: how many connections and requests the service takes on at the same time. */
@NullMarked
package doni.api.admission;

import org.jspecify.annotations.NullMarked;
