package doni.worker.balena;

import doni.enrollment.Secret;

/** An environment variable. Its value is taken for a secret, whatever it is. */
record Variable(long id, String name, Secret value) {}
