package doni.leftover;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The right to remove a leftover, for some minutes: meanwhile no other replica removes it, and the
 * worker makes no attempt for hardware of the same name or uuid.
 *
 * @param stored what {@link LeftoverStore#open} decrypts
 */
record ClaimedLeftover(Leftover leftover, UUID claim, Encrypted stored) {

  /** The stored JSON, in which secrets are encrypted. */
  public record Encrypted(
      String properties, String details, String windows, @Nullable String followed) {

    /** Hides the values. */
    @Override
    public String toString() {
      return "Encrypted";
    }
  }
}
