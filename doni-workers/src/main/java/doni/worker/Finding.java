package doni.worker;

/** The result of one check for an operator. Its texts are one line each and contain no secrets. */
public sealed interface Finding {

  /** Returns what was found. */
  String found();

  /** The subject is as it should be. */
  record Ok(String found) implements Finding {}

  /**
   * The service works, but an operator should act soon.
   *
   * @param advice what to do about it
   */
  record Warning(String found, String advice) implements Finding {}

  /**
   * The subject is not as it should be.
   *
   * @param advice what to do about it
   */
  record Problem(String found, String advice) implements Finding {}

  /** The subject was not checked, for a reason that is reported elsewhere or is harmless. */
  record Skipped(String found) implements Finding {}
}
