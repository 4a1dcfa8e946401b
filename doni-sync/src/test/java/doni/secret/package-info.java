/** Tests of encryption at rest. */
@NullMarked
package doni.secret;

import org.jspecify.annotations.NullMarked;
