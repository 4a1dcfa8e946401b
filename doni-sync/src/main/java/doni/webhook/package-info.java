/** Tells receivers over HTTP what happened: signed, in order, at least once. */
@NullMarked
package doni.webhook;

import org.jspecify.annotations.NullMarked;
