/**
 * The contract between the reconcile engine and the code that keeps one backend in agreement with
 * the inventory.
 */
@NullMarked
package doni.worker;

import org.jspecify.annotations.NullMarked;
