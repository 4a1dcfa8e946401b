/**
 * The integrations of which the service knows the properties only: they belong to the wire contract
 * of v1.
 */
@NullMarked
package doni.worker.declared;

import org.jspecify.annotations.NullMarked;
