package doni.migration;

import java.sql.SQLException;

/** The original's database does not let itself be read; the text quotes what the driver said. */
public final class OriginalUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  OriginalUnavailableException(String what, SQLException cause) {
    super(what + ": " + cause.getMessage(), cause);
  }
}
