/** A worker without a backend, for trying the service out and for the contract's cases. */
@NullMarked
package doni.worker.fake;

import org.jspecify.annotations.NullMarked;
