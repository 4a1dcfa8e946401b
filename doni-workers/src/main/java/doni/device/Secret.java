package doni.device;

/**
 * A value that must not be seen: its text form is a mask, so that no log, event or exception can
 * carry it by accident.
 */
public record Secret(String value) {

  /**
   * What everybody sees in place of a secret, and what a client may send back to say "unchanged".
   */
  public static final String MASK = "************";

  @Override
  public String toString() {
    return MASK;
  }
}
