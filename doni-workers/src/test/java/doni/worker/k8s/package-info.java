/** The k8s worker against a simulated and a real Kubernetes API. */
@NullMarked
package doni.worker.k8s;

import org.jspecify.annotations.NullMarked;
