package doni.worker;

/**
 * What an operator is told of one thing that was looked at. Its texts are one line each, and hold
 * no secret.
 */
public sealed interface Finding {

  /** What was found. */
  String found();

  /** As it should be. */
  record Ok(String found) implements Finding {}

  /**
   * Not as it should be.
   *
   * @param advice what to do about it
   */
  record Problem(String found, String advice) implements Finding {}

  /** Could not be looked at, for a reason that is told elsewhere or is none to worry about. */
  record Skipped(String found) implements Finding {}
}
