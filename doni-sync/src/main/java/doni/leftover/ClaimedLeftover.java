package doni.leftover;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The right to remove a leftover, for some minutes: no other replica does so meanwhile, and no
 * device of the same name or uuid is worked on by that worker.
 *
 * @param row what {@link LeftoverStore#open} makes the deleted device of
 */
public record ClaimedLeftover(Leftover leftover, UUID claim, Row row) {

  /** As it is stored, still sealed. */
  public record Row(String properties, String details, String windows, @Nullable String followed) {

    /** Without the values. */
    @Override
    public String toString() {
      return "Row";
    }
  }
}
