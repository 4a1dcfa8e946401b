package doni.worker.blazar;

import doni.backend.BackendException;
import doni.openstack.ServiceResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How Blazar answered a write. */
sealed interface BlazarWriteResult<T> {

  /**
   * Blazar carried it out.
   *
   * @param value the object afterwards; the id of one that was deleted
   */
  record WriteAccepted<T>(T value) implements BlazarWriteResult<T> {}

  /** Blazar refused it, but may have carried it out in whole or in part. */
  record WriteRefused<T>(WriteRefusal refusal) implements BlazarWriteResult<T> {}

  /**
   * A refused write.
   *
   * @param text Blazar's words
   * @param failure the answer as an exception
   */
  record WriteRefusal(RefusalReason reason, String text, BackendException failure) {

    /** Returns the refusal of a write that Blazar confirmed but did not carry out. */
    static WriteRefusal withoutEffect() {
      String text = "confirmed, but the value is as before";
      return new WriteRefusal(
          RefusalReason.UNCHANGEABLE,
          text,
          BackendException.answered("blazar", 200, text, true, null));
    }

    boolean is(RefusalReason other) {
      return reason == other;
    }

    /** Returns Blazar's words about a property, with their meaning where they do not show it. */
    String explained() {
      return switch (text) {
        case UNCAUGHT -> text + " (as branch 2023.1 answers; a renamed device gets the new values)";
        case LEASED -> text + " (while it is leased)";
        default -> text;
      };
    }
  }

  /** Blazar's answer to each change of a stored property of a device, on branch 2023.1. */
  String UNCAUGHT = "Internal Server Error";

  /** Its answer to a change of a leased device, on other branches. */
  String LEASED = "The device resource type is not supported";

  /** The cause of a refusal. */
  enum RefusalReason {
    /** The object to change does not exist. */
    GONE,
    /** Blazar does not know the node or the hypervisor yet. */
    NOT_THERE_YET,
    /** A resource has, or had, that name. */
    NAME_TAKEN,
    /** Some of the properties are stored; the resource exists. */
    NOT_ALL_STORED,
    /** A creation failed half-way, or another resource represents the same hypervisor. */
    LEFTOVER,
    /** A lease reserves the resource. */
    RESERVED,
    /** Instances run on the host. */
    OCCUPIED,
    /** An existing property cannot be changed, at least while there is a lease. */
    UNCHANGEABLE,
    /** The lease cannot be had: reserved, not permitted, not reservable, against a rule. */
    NOT_GRANTED,
    /** The time has passed in the meantime. */
    TOO_LATE,
    /** The lease is in transition, or stuck. */
    IN_TRANSITION,
    /** This Blazar does not serve such resources. */
    NOT_SERVED,
    /** Unknown, including whether it was carried out. */
    UNKNOWN
  }

  /** What was requested. */
  enum WriteKind {
    CREATE,
    UPDATE,
    DELETE,
    CREATE_LEASE,
    MOVE_LEASE,
    END_LEASE;

    private boolean concernsLease() {
      return switch (this) {
        case CREATE, UPDATE, DELETE -> false;
        case CREATE_LEASE, MOVE_LEASE, END_LEASE -> true;
      };
    }
  }

  /**
   * Returns what a refusal means. Blazar answers 500 to much that is not its own failure, so that
   * the text decides; texts and statuses as seen on the Chameleon fork, branch
   * chameleoncloud/2023.1.
   *
   * @throws BackendException for an answer that only a change of our rights, of the device or of
   *     the code can improve
   */
  static WriteRefusal refusal(WriteKind write, ServiceResponse answer) {
    RefusalReason reason = Answers.reason(write, answer.status(), answer.message());
    if (reason == null) {
      throw answer.refused();
    }
    return new WriteRefusal(reason, answer.message(), answer.refused());
  }

  /** Maps answers to reasons. */
  final class Answers {

    private static final List<String> OUR_MISTAKE =
        List.of("is an invalid date", "Missing parameter", "Malformed");
    private static final List<String> TIME_PASSED =
        List.of(
            "Start date must be later than current date",
            "Cannot modify the start date of already started leases",
            "End date must be later",
            "Terminated leases can only be renamed");

    private Answers() {}

    private static @Nullable RefusalReason reason(WriteKind write, int status, String text) {
      return switch (status) {
        case 400 -> badRequest(write, text);
        case 404 -> notFound(write);
        case 409 -> conflict(write, text);
        default -> status >= 500 ? failure(write, text) : null;
      };
    }

    private static @Nullable RefusalReason badRequest(WriteKind write, String text) {
      if (!write.concernsLease() || containsAny(text, OUR_MISTAKE)) {
        return null;
      }
      // Every other refusal comes from the site's rules, for the owner to read.
      return containsAny(text, TIME_PASSED) ? RefusalReason.TOO_LATE : RefusalReason.NOT_GRANTED;
    }

    private static @Nullable RefusalReason notFound(WriteKind write) {
      return switch (write) {
        case CREATE -> RefusalReason.NOT_THERE_YET;
        case CREATE_LEASE -> null;
        case UPDATE, DELETE, MOVE_LEASE, END_LEASE -> RefusalReason.GONE;
      };
    }

    private static RefusalReason conflict(WriteKind write, String text) {
      if (text.contains("extracapabilities")) {
        return RefusalReason.NOT_ALL_STORED;
      }
      if (text.contains("Servers [")) {
        return RefusalReason.OCCUPIED;
      }
      return switch (write) {
        case CREATE -> RefusalReason.LEFTOVER;
        case UPDATE -> RefusalReason.UNCHANGEABLE;
        case DELETE -> RefusalReason.RESERVED;
        case CREATE_LEASE, MOVE_LEASE -> RefusalReason.NOT_GRANTED;
        case END_LEASE -> RefusalReason.IN_TRANSITION;
      };
    }

    private static RefusalReason failure(WriteKind write, String text) {
      if (text.startsWith("Duplicate entry")) {
        return RefusalReason.NAME_TAKEN;
      }
      if (text.contains("No such resource provider")) {
        return RefusalReason.NOT_THERE_YET;
      }
      if (text.startsWith("Not enough ") || text.contains("ExtraCapability was not found")) {
        return RefusalReason.NOT_GRANTED;
      }
      if (text.startsWith("Invalid lease status")) {
        return RefusalReason.IN_TRANSITION;
      }
      if (text.endsWith("resource type is not supported")) {
        return write == WriteKind.UPDATE ? RefusalReason.UNCHANGEABLE : RefusalReason.NOT_SERVED;
      }
      return RefusalReason.UNKNOWN;
    }

    private static boolean containsAny(String text, List<String> parts) {
      return parts.stream().anyMatch(text::contains);
    }
  }
}
