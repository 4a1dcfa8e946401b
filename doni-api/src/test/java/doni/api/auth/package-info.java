/** Tests of authentication. */
@NullMarked
package doni.api.auth;

import org.jspecify.annotations.NullMarked;
