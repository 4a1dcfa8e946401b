/**
 * Imports many devices in one request: validates each row, compares it with what is enrolled, and
 * enrolls what is new.
 */
@NullMarked
package doni.bulkimport;

import org.jspecify.annotations.NullMarked;
