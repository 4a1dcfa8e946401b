/**
 * The {@code k8s} worker: keeps a device's bootstrap token secret, and its Node's labels and taint,
 * as they should be.
 */
@NullMarked
package doni.worker.k8s;

import org.jspecify.annotations.NullMarked;
