package doni.database;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Reads the columns of a result for which JDBC has no method. */
public final class ResultColumns {

  private ResultColumns() {}

  /** Returns the value of a {@code timestamptz} column, or null where it is null. */
  public static @Nullable Instant nullableInstant(ResultSet row, String column)
      throws SQLException {
    OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }
}
