package doni.worker.k8s;

import java.util.function.Supplier;

/**
 * One of the things that can stand behind the worker; a bean of this type offers another one.
 *
 * @param name as {@code doni.workers.k8s.backend} names it
 */
record ClusterBackend(String name, Supplier<Cluster> open) {}
