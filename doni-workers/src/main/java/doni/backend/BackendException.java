package doni.backend;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A call to a backend that did not bring the wanted answer. Its message names the backend and the
 * cause once, for an owner or operator to read; it holds no secret of ours. The call stands behind
 * the cause, in parentheses: {@code tunelo answered 404: Channel U not found. (GET /channels/U,
 * req-1)}.
 */
public final class BackendException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why there is no answer. */
  public enum Kind {
    /** The backend answered, with {@link BackendException#status()}. */
    STATUS,
    /** No connection, or it broke. */
    CONNECTION,
    /** No answer in time. */
    TIMEOUT,
    /** Not sent: the circuit is open, or too many calls are under way. */
    NOT_SENT
  }

  /**
   * What matches the call in a message, for Java and for PostgreSQL. The same cause has another
   * call at each device, and another id at each attempt.
   */
  public static final String CALL =
      " \\((GET|HEAD|POST|PUT|PATCH|DELETE) [^()]*(\\([^()]*\\)[^()]*)*\\)";

  private static final Pattern CALL_PATTERN = Pattern.compile(CALL);

  private final String service;
  private final Kind kind;
  private final int status;
  private final boolean write;
  private final String text;
  private final transient @Nullable Duration retryAfter;

  private BackendException(
      String service,
      Kind kind,
      int status,
      boolean write,
      String text,
      @Nullable Duration retryAfter,
      @Nullable Throwable cause) {
    super(message(service, kind, status, text), cause);
    this.service = service;
    this.kind = kind;
    this.status = status;
    this.write = write;
    this.text = text;
    this.retryAfter = retryAfter;
  }

  /** The body of an answer may be empty, so that only the call is known. */
  private static String said(String text) {
    if (text.isBlank()) {
      return "";
    }
    return CALL_PATTERN.matcher(" " + text).matches() ? " " + text : ": " + text;
  }

  private static String message(String service, Kind kind, int status, String text) {
    return switch (kind) {
      case STATUS -> "%s answered %d%s".formatted(service, status, said(text));
      case CONNECTION -> "no connection to %s: %s".formatted(service, text);
      case TIMEOUT -> "%s: %s".formatted(service, text);
      case NOT_SENT -> text;
    };
  }

  /**
   * Returns the failure of a call that was answered.
   *
   * @param text what the backend said, without its name and the status
   * @param retryAfter as the backend asked for it, null where it did not
   */
  public static BackendException answered(
      String service, int status, String text, boolean write, @Nullable Duration retryAfter) {
    return new BackendException(service, Kind.STATUS, status, write, text, retryAfter, null);
  }

  /**
   * Returns the failure of a call without an answer.
   *
   * @param text the cause, without the backend's name
   */
  public static BackendException unanswered(
      String service, Kind kind, String text, boolean write, @Nullable Throwable cause) {
    return new BackendException(service, kind, 0, write, text, null, cause);
  }

  /**
   * Returns the failure of a call that was not sent.
   *
   * @param text the whole reason, which names the backend or the setting
   */
  public static BackendException notSent(
      String service, String text, @Nullable Duration retryAfter) {
    return new BackendException(service, Kind.NOT_SENT, 0, false, text, retryAfter, null);
  }

  /** Returns the cause in a message, without the call; other texts are returned as they are. */
  public static String withoutCall(String message) {
    return CALL_PATTERN.matcher(message).replaceAll("");
  }

  /**
   * Returns a text with the call that it is about.
   *
   * @param call method and path without the query, which may be long
   */
  public static String withCall(String text, String call) {
    return (text + " (" + call + ")").strip();
  }

  /** Returns the backend's name, for example {@code kubernetes}. */
  public String service() {
    return service;
  }

  public Kind kind() {
    return kind;
  }

  /** Returns the HTTP status, 0 unless {@link #kind} is {@link Kind#STATUS}. */
  public int status() {
    return status;
  }

  /** Returns what the backend said, without its name and the status. */
  public String text() {
    return text;
  }

  /** Returns whether the backend refused our credentials or a right of them. */
  public boolean isRefusedCredential() {
    return status == 401 || status == 403;
  }

  /**
   * Returns whether the call may have changed the backend, so that it must be read before the call
   * is repeated.
   */
  public boolean write() {
    return write;
  }

  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
