package doni.worker.balena;

import doni.enrollment.Secret;

/** How Balena answers a write. */
sealed interface BalenaWriteResult {

  /** Done, or ignored: Balena answers a change of a missing row in the same way. */
  record Done() implements BalenaWriteResult {}

  /** Done; Balena shows the API key of the device only now. */
  record KeyIssued(long deviceId, Secret key) implements BalenaWriteResult {}

  /** Not done: another client has created the variable, or deleted the fleet. */
  record Outdated() implements BalenaWriteResult {}

  /** Not done: a device with that UUID exists, possibly one that the account cannot see. */
  record UuidTaken() implements BalenaWriteResult {}
}
