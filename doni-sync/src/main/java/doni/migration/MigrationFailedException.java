package doni.migration;

/** A migration ends half-way; what it has committed before is whole, and stays. */
public final class MigrationFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MigrationFailedException(String message) {
    super(message);
  }
}
