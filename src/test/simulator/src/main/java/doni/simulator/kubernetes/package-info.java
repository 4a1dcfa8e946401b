/**
 * A simulated Kubernetes API: nodes, the secrets of kube-system, rights, watches and the
 * controllers that touch them, behaving as a real one was seen to behave.
 */
@NullMarked
package doni.simulator.kubernetes;

import org.jspecify.annotations.NullMarked;
