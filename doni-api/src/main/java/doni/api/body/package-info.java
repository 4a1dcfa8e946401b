/** Reads a request's body as JSON, strictly. */
@NullMarked
package doni.api.body;

import org.jspecify.annotations.NullMarked;
