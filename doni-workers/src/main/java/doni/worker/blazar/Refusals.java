package doni.worker.blazar;

import doni.openstack.ServiceResponse;
import doni.worker.blazar.Refusal.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Blazar's answers to a write mean. It answers 500 to much that is no fault of its own, so
 * that the text decides; texts and statuses as seen on the Chameleon fork, branch
 * chameleoncloud/2023.1.
 */
final class Refusals {

  /** What was asked. */
  enum Write {
    CREATE,
    UPDATE,
    DELETE,
    GRANT,
    MOVE,
    END;

    private boolean concernsALease() {
      return switch (this) {
        case CREATE, UPDATE, DELETE -> false;
        case GRANT, MOVE, END -> true;
      };
    }
  }

  private static final List<String> OUR_MISTAKE =
      List.of("is an invalid date", "Missing parameter", "Malformed");
  private static final List<String> MOVED =
      List.of(
          "Start date must be later than current date",
          "Cannot modify the start date of already started leases",
          "End date must be later",
          "Terminated leases can only be renamed");

  private Refusals() {}

  /**
   * @throws doni.backend.BackendException for an answer that only a change of our rights, of the
   *     device or of the code can better
   */
  static Refusal of(Write write, ServiceResponse answer) {
    Reason reason = reason(write, answer.status(), answer.message());
    if (reason == null) {
      throw answer.refused();
    }
    return new Refusal(reason, answer.message(), answer.refused());
  }

  private static @Nullable Reason reason(Write write, int status, String text) {
    return switch (status) {
      case 400 -> badRequest(write, text);
      case 404 -> notFound(write);
      case 409 -> conflict(write, text);
      default -> status >= 500 ? failure(write, text) : null;
    };
  }

  private static @Nullable Reason badRequest(Write write, String text) {
    if (!write.concernsALease() || names(text, OUR_MISTAKE)) {
      return null;
    }
    // Whatever else is refused comes from the site's rules, and is for its owner to read.
    return names(text, MOVED) ? Reason.TOO_LATE : Reason.NOT_GRANTED;
  }

  private static @Nullable Reason notFound(Write write) {
    return switch (write) {
      case CREATE -> Reason.NOT_THERE_YET;
      case GRANT -> null;
      case UPDATE, DELETE, MOVE, END -> Reason.GONE;
    };
  }

  private static Reason conflict(Write write, String text) {
    if (text.contains("extracapabilities")) {
      return Reason.NOT_ALL_STORED;
    }
    if (text.contains("Servers [")) {
      return Reason.OCCUPIED;
    }
    return switch (write) {
      case CREATE -> Reason.LEFTOVER;
      case UPDATE -> Reason.UNCHANGEABLE;
      case DELETE -> Reason.RESERVED;
      case GRANT, MOVE -> Reason.NOT_GRANTED;
      case END -> Reason.AT_WORK;
    };
  }

  private static Reason failure(Write write, String text) {
    if (text.startsWith("Duplicate entry")) {
      return Reason.NAME_TAKEN;
    }
    if (text.contains("No such resource provider")) {
      return Reason.NOT_THERE_YET;
    }
    if (text.startsWith("Not enough ") || text.contains("ExtraCapability was not found")) {
      return Reason.NOT_GRANTED;
    }
    if (text.startsWith("Invalid lease status")) {
      return Reason.AT_WORK;
    }
    if (text.endsWith("resource type is not supported")) {
      return write == Write.UPDATE ? Reason.UNCHANGEABLE : Reason.NOT_SERVED;
    }
    return Reason.UNKNOWN;
  }

  private static boolean names(String text, List<String> parts) {
    return parts.stream().anyMatch(text::contains);
  }
}
