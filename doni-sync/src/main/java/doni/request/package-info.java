/** Reasons why a request is refused, independent of the protocol that carries it. */
@NullMarked
package doni.request;

import org.jspecify.annotations.NullMarked;
