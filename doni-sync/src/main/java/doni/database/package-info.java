/** The Postgres that the service brings along where none is configured. */
@NullMarked
package doni.database;

import org.jspecify.annotations.NullMarked;
