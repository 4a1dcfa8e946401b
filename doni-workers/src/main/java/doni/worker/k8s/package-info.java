/**
 * The {@code k8s} worker: reconciles a device's bootstrap token secret, and its Node's labels and
 * taint.
 */
@NullMarked
package doni.worker.k8s;

import org.jspecify.annotations.NullMarked;
