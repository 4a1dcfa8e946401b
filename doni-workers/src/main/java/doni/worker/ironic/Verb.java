package doni.worker.ironic;

import java.util.Locale;

/** What can be asked of a node's provision state. */
enum Verb {
  /** From enroll: verify that the BMC can be reached. From most resting states: out of the pool. */
  MANAGE,
  /** From manageable: clean, if the site does, and into the pool. */
  PROVIDE;

  String target() {
    return name().toLowerCase(Locale.ROOT);
  }
}
