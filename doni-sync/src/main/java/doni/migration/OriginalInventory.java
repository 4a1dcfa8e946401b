package doni.migration;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The database of the original service, in one consistent snapshot. */
public interface OriginalInventory extends AutoCloseable {

  /**
   * @param devices live and deleted ones
   */
  record Counts(long devices, long tasks, long windows) {}

  /**
   * Opens the original's MariaDB.
   *
   * @param url {@code jdbc:mariadb://host:3306/doni}
   * @param username null if the URL contains it
   * @param password null if the URL contains it, or none is needed
   * @throws OriginalDatabaseUnavailableException if it is unreachable or refuses the login
   */
  static OriginalInventory open(String url, @Nullable String username, @Nullable String password) {
    return MariaDbOriginalInventory.open(url, username, password);
  }

  Counts counts();

  @Override
  default void close() {}

  /**
   * The devices, deleted ones too, with their tasks and windows, in the order of their ids.
   *
   * @param id only devices behind this one; 0 starts at the first
   * @param limit how many at most
   */
  List<OriginalHardware> after(long id, int limit);

  /** A row of the original's {@code availability_window}, unchecked. */
  record OriginalWindow(
      @Nullable String uuid,
      @Nullable Instant start,
      @Nullable Instant end,
      @Nullable Instant createdAt,
      @Nullable Instant updatedAt) {}

  /**
   * A row of the original's {@code worker_task}, unchecked.
   *
   * @param state {@code PENDING}, {@code IN_PROGRESS}, {@code STEADY} or {@code ERROR}
   * @param details JSON text, with secrets in clear
   */
  record OriginalWorkerTask(
      @Nullable String workerType,
      @Nullable String state,
      @Nullable String details,
      @Nullable Instant createdAt,
      @Nullable Instant updatedAt) {

    /** Without the values. */
    @Override
    public String toString() {
      return "OriginalWorkerTask[" + workerType + ", " + state + "]";
    }
  }

  /**
   * A row of the original's {@code hardware}, unchecked: every column but the key may be null.
   *
   * @param id the row's key, which means nothing outside that database
   * @param properties JSON text, with secrets in clear
   * @param deleted whether it was deleted; the original keeps such rows for ever
   */
  record OriginalHardware(
      long id,
      @Nullable String uuid,
      @Nullable String name,
      @Nullable String projectId,
      @Nullable String hardwareType,
      @Nullable String properties,
      boolean deleted,
      @Nullable Instant createdAt,
      @Nullable Instant updatedAt,
      @Nullable Instant deletedAt,
      List<OriginalWorkerTask> tasks,
      List<OriginalWindow> windows) {

    public OriginalHardware {
      tasks = List.copyOf(tasks);
      windows = List.copyOf(windows);
    }

    /** Without the values. */
    @Override
    public String toString() {
      return "OriginalHardware[" + uuid + "]";
    }
  }

  /** The original's database cannot be read; the message quotes the driver. */
  final class OriginalDatabaseUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    OriginalDatabaseUnavailableException(String what, SQLException cause) {
      super(what + ": " + cause.getMessage(), cause);
    }
  }
}
