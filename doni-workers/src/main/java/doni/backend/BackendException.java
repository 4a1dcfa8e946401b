package doni.backend;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call to a backend that did not bring the wanted answer. Its text comes from the backend and
 * holds no secret of ours.
 */
public final class BackendException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What kept the answer from us. */
  public enum Kind {
    /** The backend answered, with {@link BackendException#status()}. */
    STATUS,
    /** No connection, or it broke. */
    CONNECTION,
    /** No answer in time. */
    TIMEOUT,
    /** Not sent: the backend's circuit is open, or as many calls as it may get are under way. */
    NOT_SENT
  }

  private final String service;
  private final Kind kind;
  private final int status;
  private final boolean write;
  private final transient @Nullable Duration retryAfter;

  private BackendException(
      String service,
      Kind kind,
      int status,
      boolean write,
      String text,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(text, cause);
    this.service = service;
    this.kind = kind;
    this.status = status;
    this.write = write;
    this.retryAfter = retryAfter;
  }

  /**
   * @param retryAfter as the backend asked for it, null where it did not
   */
  public static BackendException answered(
      String service, int status, String text, boolean write, @Nullable Duration retryAfter) {
    return new BackendException(service, Kind.STATUS, status, write, text, retryAfter, null);
  }

  public static BackendException unanswered(
      String service, Kind kind, String text, boolean write, @Nullable Throwable cause) {
    return new BackendException(service, kind, 0, write, text, null, cause);
  }

  public static BackendException notSent(
      String service, String text, @Nullable Duration retryAfter) {
    return new BackendException(service, Kind.NOT_SENT, 0, false, text, retryAfter, null);
  }

  /** The backend's name, for example {@code kubernetes}. */
  public String service() {
    return service;
  }

  public Kind kind() {
    return kind;
  }

  /** The HTTP status, 0 unless {@link #kind} is {@link Kind#STATUS}. */
  public int status() {
    return status;
  }

  /**
   * Whether the call may have changed the backend, so that it must be read before the call is
   * repeated.
   */
  public boolean write() {
    return write;
  }

  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
