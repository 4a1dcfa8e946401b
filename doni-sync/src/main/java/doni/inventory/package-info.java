/**
 * What is enrolled, its availability, what its workers report and what happened to it, in Postgres.
 */
@NullMarked
package doni.inventory;

import org.jspecify.annotations.NullMarked;
