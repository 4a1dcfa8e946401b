package doni.inventory;

/** A stored value cannot be decrypted with the keys at hand. */
public final class UnreadableSecretException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UnreadableSecretException(String why, String place) {
    super("the stored value of " + place + " cannot be read: " + why);
  }
}
