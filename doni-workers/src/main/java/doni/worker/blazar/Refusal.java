package doni.worker.blazar;

import doni.backend.BackendException;

/**
 * A write that Blazar did not carry out, or may not have carried out.
 *
 * @param text Blazar's own words
 * @param exception what to throw where nothing better is known
 */
record Refusal(Reason reason, String text, BackendException exception) {

  /** What is behind it. */
  enum Reason {
    /** What was to be changed is not there. */
    GONE,
    /** What the resource stands for, a node or a hypervisor, is not known there yet. */
    NOT_THERE_YET,
    /** There is, or was, a resource of that name. */
    NAME_TAKEN,
    /** Some of the properties are stored; the resource exists. */
    NOT_ALL_STORED,
    /** An earlier creation died half-way, or another resource stands for the same thing. */
    LEFTOVER,
    /** A lease holds the resource. */
    RESERVED,
    /** Instances run on the host. */
    OCCUPIED,
    /** A property that is there cannot be changed, at least while there is a lease. */
    UNCHANGEABLE,
    /** The lease cannot be had: somebody else's, not permitted, not fit, against a rule. */
    NOT_GRANTED,
    /** The time has moved relative to now. */
    TOO_LATE,
    /** Blazar is at work on the lease, or has got stuck with it. */
    AT_WORK,
    /** This Blazar does not serve such resources. */
    NOT_SERVED,
    /** Nothing is known, not even whether it was carried out. */
    UNKNOWN
  }

  boolean is(Reason other) {
    return reason == other;
  }
}
