/**
 * The way to Ready: which steps a device has taken, which one it stands at, and what to do next.
 */
@NullMarked
package doni.readiness;

import org.jspecify.annotations.NullMarked;
