/** Strict reading of JSON request bodies. */
@NullMarked
package doni.api.body;

import org.jspecify.annotations.NullMarked;
