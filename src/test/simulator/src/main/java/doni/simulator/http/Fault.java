package doni.simulator.http;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What goes wrong with some requests. Made with {@link #on} and the methods that follow it.
 *
 * @param method {@code *} for all
 * @param path must match the whole path, without the query
 * @param latency passes before anything else happens
 * @param times how many requests it hits; 0: all, until it is cleared
 * @param afterwards the API does its work first, so that only the answer is lost or wrong
 */
public record Fault(
    String method, Pattern path, Duration latency, Effect effect, int times, boolean afterwards) {

  /** What a request gets instead of an answer of the API. */
  public sealed interface Effect {
    /** Nothing but the latency. */
    record None() implements Effect {}

    record Answered(int status, String body, Map<String, String> headers) implements Effect {
      public Answered {
        headers = Map.copyOf(headers);
      }
    }

    /** An error in whose text stands who asked, by which token, and for what. */
    record Quoted(int status) implements Effect {}

    /** No answer until the fault is cleared; then the connection is closed. */
    record Hang() implements Effect {}

    /** The connection is closed without an answer. */
    record Drop() implements Effect {}
  }

  public Fault {
    if (latency.isNegative() || times < 0) {
      throw new IllegalArgumentException("a latency or a number of times below zero");
    }
  }

  /** Hits requests by method ({@code *} for all) and a pattern for their whole path. */
  public static Fault on(String method, String path) {
    return new Fault(method, Pattern.compile(path), Duration.ZERO, new Effect.None(), 0, false);
  }

  /** Hits every request. */
  public static Fault everywhere() {
    return on("*", ".*");
  }

  public Fault delayed(Duration by) {
    return new Fault(method, path, by, effect, times, afterwards);
  }

  /** Answers with a status and a body, which is sent as JSON whatever it is. */
  public Fault answering(int status, String body) {
    return answering(status, body, Map.of());
  }

  public Fault answering(int status, String body, Map<String, String> headers) {
    return with(new Effect.Answered(status, body, headers));
  }

  /**
   * Answers with an error whose text quotes the request, as careless services do: its credentials
   * and its body, wherever a client looks for the text.
   */
  public Fault quoting(int status) {
    return with(new Effect.Quoted(status));
  }

  public Fault hanging() {
    return with(new Effect.Hang());
  }

  public Fault dropping() {
    return with(new Effect.Drop());
  }

  public Fault times(int count) {
    return new Fault(method, path, latency, effect, count, afterwards);
  }

  public Fault once() {
    return times(1);
  }

  /** Lets the API do its work before the effect hits. */
  public Fault afterTheWork() {
    return new Fault(method, path, latency, effect, times, true);
  }

  boolean hits(String requestMethod, String requestPath) {
    return (method.equals("*") || method.equalsIgnoreCase(requestMethod))
        && path.matcher(requestPath).matches();
  }

  private Fault with(Effect other) {
    return new Fault(method, path, latency, other, times, afterwards);
  }
}
