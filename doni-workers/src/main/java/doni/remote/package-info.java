/**
 * A call to a backend: bounded in time and number, stopped while the backend is down, and measured.
 */
@NullMarked
package doni.remote;

import org.jspecify.annotations.NullMarked;
