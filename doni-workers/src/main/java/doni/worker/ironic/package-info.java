/**
 * The {@code ironic} worker: keeps a bare-metal host's node and ports in Ironic as they should be,
 * and brings the node into the pool of what can be deployed.
 */
@NullMarked
package doni.worker.ironic;

import org.jspecify.annotations.NullMarked;
