/**
 * Encryption of sensitive values at rest, and the view of properties and details that masks them.
 */
@NullMarked
package doni.secret;

import org.jspecify.annotations.NullMarked;
