/** The database: the embedded Postgres, checks, locks, and support for hand-written SQL. */
@NullMarked
package doni.database;

import org.jspecify.annotations.NullMarked;
