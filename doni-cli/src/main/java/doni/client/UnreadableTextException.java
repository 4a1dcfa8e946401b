package doni.client;

/** A text of an import that cannot be read; the message says why and what to do. */
public final class UnreadableTextException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UnreadableTextException(String message) {
    super(message);
  }
}
