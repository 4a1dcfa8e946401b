package doni.database;

import java.time.Duration;

/**
 * SQL fragments for a claim on a row: one holder at a time, until a moment on the database's clock.
 * A write under a claim checks the claim in the same statement, so a holder that was too slow
 * changes nothing.
 *
 * @param holder the column with the holder's id; compared with the parameter of the same name
 * @param until the column with the end of the claim
 * @param duration how long a claim lasts unless it is renewed
 */
public record RowClaimSql(String holder, String until, Duration duration) {

  /** Assigns the claim to {@code :<holder>}. */
  public String take() {
    return "%1$s = :%1$s, %2$s".formatted(holder, renew());
  }

  /** Extends the claim. */
  public String renew() {
    return "%s = now() + interval '%d seconds'".formatted(until, duration.toSeconds());
  }

  /** Gives the claim up. */
  public String release() {
    return "%s = null, %s = null".formatted(holder, until);
  }

  /** Is true where no claim is valid. */
  public String isFree() {
    return "(%1$s is null or %1$s < now())".formatted(until);
  }

  /**
   * Is true where the row was last claimed by {@code :<holder>}, even if that claim has expired.
   */
  public String isMine() {
    return "%1$s = :%1$s".formatted(holder);
  }

  /** Is true where the row is claimed by {@code :<holder>} now. */
  public String isHeld() {
    return "%s and %s > now()".formatted(isMine(), until);
  }
}
