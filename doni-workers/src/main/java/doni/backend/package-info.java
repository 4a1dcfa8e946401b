/**
 * Calls to backends: bounded in time and concurrency, stopped while the backend is down, and
 * measured.
 */
@NullMarked
package doni.backend;

import org.jspecify.annotations.NullMarked;
