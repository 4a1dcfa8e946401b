package doni.worker.balena;

import doni.enrollment.Secret;

/** How Balena answers a write. */
sealed interface BalenaWriteResult {

  /** Accepted: done, or without effect where the row does not exist; Balena answers both alike. */
  record WriteAccepted() implements BalenaWriteResult {}

  /** Done; Balena shows the API key of the device only now. */
  record KeyIssued(long deviceId, Secret key) implements BalenaWriteResult {}

  /** Not done: another client has created the variable, or deleted the fleet. */
  record Outdated() implements BalenaWriteResult {}

  /** Not done: a device with that UUID exists, possibly one that the account cannot see. */
  record UuidTaken() implements BalenaWriteResult {}
}
