/** Error responses; no other package maps failures to status codes. */
@NullMarked
package doni.api.error;

import org.jspecify.annotations.NullMarked;
