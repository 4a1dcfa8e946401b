/** The built service over HTTP, between a simulated site and a real Postgres. */
@NullMarked
package doni.system;

import org.jspecify.annotations.NullMarked;
