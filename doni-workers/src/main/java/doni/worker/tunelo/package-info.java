/** The {@code tunelo} worker: gives a device the WireGuard channels that it is enrolled with. */
@NullMarked
package doni.worker.tunelo;

import org.jspecify.annotations.NullMarked;
