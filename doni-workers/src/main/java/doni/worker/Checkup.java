package doni.worker;

/**
 * What an operator is told of one thing that was looked at. Its texts are one line each, and hold
 * no secret.
 */
public sealed interface Checkup {

  /** What was found. */
  String found();

  /** As it should be. */
  record Right(String found) implements Checkup {}

  /**
   * Not as it should be.
   *
   * @param advice what to do about it
   */
  record Wrong(String found, String advice) implements Checkup {}

  /** Could not be looked at, for a reason that is told elsewhere or is none to worry about. */
  record Skipped(String found) implements Checkup {}
}
