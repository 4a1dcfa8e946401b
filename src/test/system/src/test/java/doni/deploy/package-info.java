/** What {@code deploy/} renders, read by the client library that the service itself uses. */
@NullMarked
package doni.deploy;

import org.jspecify.annotations.NullMarked;
