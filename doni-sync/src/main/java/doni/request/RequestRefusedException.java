package doni.request;

import java.util.List;

/** A refusal of a request. Its message is shown to the client. */
public abstract sealed class RequestRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private RequestRefusedException(String message) {
    super(message);
  }

  /** The request is invalid; the message names every violation with its path. */
  public static final class Invalid extends RequestRefusedException {
    private static final long serialVersionUID = 1L;
    private final transient List<String> violations;

    public Invalid(String violation) {
      this(List.of(violation));
    }

    public Invalid(List<String> violations) {
      super(String.join("; ", violations));
      this.violations = List.copyOf(violations);
    }

    public List<String> violations() {
      return violations;
    }
  }

  /** The caller may not do that. */
  public static final class Forbidden extends RequestRefusedException {
    private static final long serialVersionUID = 1L;

    public Forbidden(String rule) {
      super(rule + " is disallowed by policy");
    }
  }

  /** The project may not have more; the message says of what, and how many it has. */
  public static final class QuotaExceeded extends RequestRefusedException {
    private static final long serialVersionUID = 1L;

    public QuotaExceeded(String message) {
      super(message);
    }
  }

  /** The requested object does not exist, or no longer exists. */
  public static final class NotFound extends RequestRefusedException {
    private static final long serialVersionUID = 1L;

    public NotFound(String message) {
      super(message);
    }

    public static NotFound hardware(String uuidOrName) {
      return new NotFound("Hardware " + uuidOrName + " could not be found.");
    }
  }

  /** The request conflicts with stored data. */
  public static final class Conflict extends RequestRefusedException {
    private static final long serialVersionUID = 1L;

    public Conflict(String message) {
      super(message);
    }

    public static Conflict name(String name) {
      return new Conflict("Hardware with name " + name + " already exists.");
    }
  }

  /** The hardware is not at the generation that the caller requires. */
  public static final class Stale extends RequestRefusedException {
    private static final long serialVersionUID = 1L;

    public Stale(String message) {
      super(message);
    }
  }
}
