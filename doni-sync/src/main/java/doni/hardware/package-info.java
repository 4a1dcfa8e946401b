/**
 * Enrolled hardware: the record, its validation, its reservation windows, and the use cases of the
 * API.
 */
@NullMarked
package doni.hardware;

import org.jspecify.annotations.NullMarked;
