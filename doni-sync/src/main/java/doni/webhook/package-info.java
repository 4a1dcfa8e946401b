/** Delivers events to receivers over HTTP: signed, in order, at least once. */
@NullMarked
package doni.webhook;

import org.jspecify.annotations.NullMarked;
