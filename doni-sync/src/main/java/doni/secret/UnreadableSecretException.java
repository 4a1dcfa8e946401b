package doni.secret;

/** A stored value cannot be decrypted with the keys at hand. */
public final class UnreadableSecretException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String reason;

  UnreadableSecretException(String reason, String place) {
    super("the stored value of " + place + " cannot be read: " + reason);
    this.reason = reason;
  }

  /** Why, without the place and the value. */
  String reason() {
    return reason;
  }
}
