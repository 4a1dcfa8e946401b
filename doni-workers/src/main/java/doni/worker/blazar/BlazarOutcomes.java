package doni.worker.blazar;

import doni.convergence.FailureClassifier;
import doni.worker.Outcome;
import doni.worker.blazar.BlazarDesiredState.NodePresence;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarObservedState.ResourceBooking;
import doni.worker.blazar.BlazarWriteResult.RefusalReason;
import doni.worker.blazar.BlazarWriteResult.WriteRefusal;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ends with one observation.
 *
 * @param drift of the observation
 * @param refusals of this attempt
 * @param busyLeases how often a lease was found in transition, by its id
 */
record BlazarOutcomes(
    BlazarDesiredState desired,
    BlazarRecordedState recorded,
    BlazarDrift drift,
    WriteRefusals refusals,
    Map<String, Integer> busyLeases) {

  /** Blazar checks its leases every 10 s. */
  private static final Duration TRANSITION = Duration.ofSeconds(15);

  /** A refused lease leaves a trust in Keystone that is never deleted. */
  private static final Duration AFTER_REFUSED_WINDOW = Duration.ofMinutes(10);

  private static final Duration AFTER_REFUSED_PROPERTY = Duration.ofHours(1);

  /** Returns why nothing more can be written, though the drift may contain writes. */
  Optional<Outcome> beforeWrites(BlazarObservedState seen) {
    BlazarResource resource = seen.resource().orElse(null);
    if (desired.deleted()) {
      return notDeleted(seen);
    }
    if (resource == null) {
      return missingPrerequisite(seen)
          .or(() -> refusals.creation().map(it -> notCreated(it, seen)))
          .or(() -> name().unavailable(seen).map(it -> nameless(it, absentReport(seen))));
    }
    return desired.hasName(resource) || drift.keepsFormer() ? Optional.empty() : notDeleted(seen);
  }

  private Optional<Outcome> missingPrerequisite(BlazarObservedState seen) {
    if (desired.problem().isPresent()) {
      return desired.problem().map(it -> failed(it, absentReport(seen)));
    }
    return desired.node() == NodePresence.MISSING
        ? Optional.of(
            absent(
                switch (desired.kind()) {
                  case DEVICE -> "device not joined; waiting for Kubernetes node " + desired.name();
                  case HOST -> "host not enrolled in Ironic; waiting for its node";
                },
                seen))
        : Optional.empty();
  }

  /** With another node a resource is another one; the present one stays until that node exists. */
  private Outcome kept(
      BlazarResource old, BlazarObservedState seen, Map<String, @Nullable Object> details) {
    Optional<WriteRefusal> refused = refusals.leaseFailure();
    if (refused.isPresent()) {
      return classified(refused.get(), details);
    }
    Optional<Outcome> obstacle =
        desired
            .problem()
            .map(it -> failed(it, details))
            .or(() -> name().unavailable(seen).map(it -> nameless(it, details)))
            .or(() -> held(seen, details))
            .or(() ->
                refusals
                    .creation()
                    .filter(it -> !it.is(RefusalReason.NOT_THERE_YET))
                    .map(it -> classified(it, details)));
    if (obstacle.isPresent()) {
      return obstacle.get();
    }
    String word = desired.kind().word();
    String former = word + " " + old.name();
    String reason =
        desired.nodes().confirms(desired.name()) && refusals.creation().isEmpty()
            ? "%s reserved by a lease%s; then it is replaced by %s %s"
                .formatted(former, until(seen.others()), word, desired.name())
            : "waiting for Kubernetes node %s; then %s is replaced"
                .formatted(desired.name(), former);
    return new Outcome.Deferred(reason, null, details);
  }

  private Outcome notCreated(WriteRefusal refusal, BlazarObservedState seen) {
    return switch (refusal.reason()) {
      case NOT_THERE_YET ->
          absent(
              "node %s not known to Blazar yet: %s".formatted(desired.name(), refusal.text()),
              seen);
      case OCCUPIED -> absent(occupied(refusal), seen);
      case NOT_ALL_STORED, NAME_TAKEN, LEFTOVER, UNKNOWN ->
          name()
              .unavailable(seen)
              .map(it -> nameless(it, absentReport(seen)))
              // Found by a write, which leaves a trust in Keystone each time.
              .or(() -> name().leftover(refusal).map(it -> failed(it, absentReport(seen))))
              .orElseGet(() -> classified(refusal, absentReport(seen)));
      case GONE, RESERVED, UNCHANGEABLE, NOT_GRANTED, TOO_LATE, IN_TRANSITION, NOT_SERVED ->
          classified(refusal, absentReport(seen));
    };
  }

  private NameAvailability name() {
    return new NameAvailability(desired, recorded);
  }

  /** Returns why the resource, and everything of it, cannot be deleted now. */
  private Optional<Outcome> notDeleted(BlazarObservedState seen) {
    Map<String, @Nullable Object> details = recorded.leaseReport(seen, busyLeases);
    if (refusals.concernLeaseEnds()) {
      return Optional.of(
          refusals
              .leaseFailure()
              .map(it -> classified(it, details))
              .orElseGet(() -> inTransition(details)));
    }
    return refusals.deletion().map(it -> notDeleted(it, seen, details));
  }

  private Outcome notDeleted(
      WriteRefusal refusal, BlazarObservedState seen, Map<String, @Nullable Object> details) {
    return switch (refusal.reason()) {
      case RESERVED -> new Outcome.Deferred(reservedUntil(seen), null, details);
      case OCCUPIED -> new Outcome.Deferred(occupied(refusal), null, details);
      default -> classified(refusal, details);
    };
  }

  /** Returns the outcome while a lease of another project reserves a resource to delete. */
  private Optional<Outcome> reserved(BlazarObservedState seen) {
    return seen.resources().findFirst().isPresent()
        ? Optional.of(
            new Outcome.Deferred(reservedUntil(seen), null, recorded.leaseReport(seen, busyLeases)))
        : Optional.empty();
  }

  private String reservedUntil(BlazarObservedState seen) {
    return "%s reserved by a lease%s; then it is deleted"
        .formatted(desired.kind().word(), until(seen.others()));
  }

  /** Returns the outcome while Blazar would wedge a lease if it were told to end it. */
  private Optional<Outcome> held(BlazarObservedState seen, Map<String, @Nullable Object> details) {
    if (drift.heldLeases().isEmpty()) {
      return Optional.empty();
    }
    String leases =
        drift.heldLeases().stream()
            .map(BlazarLease::name)
            .sorted()
            .collect(Collectors.joining(", "));
    String orItsEnd =
        drift.heldLeases().stream()
            .map(BlazarLease::end)
            .max(Comparator.naturalOrder())
            .filter(_ -> desired.deleted())
            .map(end -> ", or for the end of the lease at " + end)
            .orElse("");
    return Optional.of(
        new Outcome.Deferred(
            "Blazar can end %s only while node %s exists; waiting for the node%s"
                .formatted(
                    leases,
                    seen.resource().map(BlazarResource::name).orElse(desired.name()),
                    orItsEnd),
            null,
            details));
  }

  private static String until(List<ResourceBooking> others) {
    return others.stream()
        .map(ResourceBooking::end)
        .max(Comparator.naturalOrder())
        .map(end -> " until " + end)
        .orElse("");
  }

  private static String occupied(WriteRefusal refusal) {
    return "instances run on the host: " + refusal.text();
  }

  /** Returns the outcome when nothing is left to write, the worst problem first. */
  Outcome afterWrites(BlazarObservedState seen) {
    if (desired.deleted()) {
      return held(seen, recorded.leaseReport(seen, busyLeases))
          .or(() -> reserved(seen))
          .orElseGet(() -> new Outcome.Gone(List.of()));
    }
    Map<String, String> refusedWindows = new TreeMap<>(drift.refusedWindows());
    refusedWindows.putAll(refusals.windows());
    BlazarResource resource = seen.resource().orElseThrow();
    if (drift.keepsFormer()) {
      return kept(
          resource, seen, recorded.formerReport(resource, seen, refusedWindows, busyLeases));
    }
    Map<String, @Nullable Object> details =
        recorded.report(desired, seen, resource, refusals, refusedWindows, busyLeases);
    return refusals
        .leaseFailure()
        .map(it -> classified(it, details))
        .or(() -> refusals.deletion().map(it -> notDeleted(it, seen, details)))
        .or(() -> desired.problem().map(it -> failed(it, details)))
        .or(() -> isInTransition() ? Optional.of(inTransition(details)) : Optional.empty())
        .or(() -> held(seen, details))
        .or(() -> notLeased(refusedWindows, details))
        .or(() -> notChanged(details))
        .orElseGet(() -> new Outcome.Synced(details, List.of()));
  }

  private boolean isInTransition() {
    return !drift.changing().isEmpty()
        || refusals.hasLeaseRefusal(RefusalReason.IN_TRANSITION)
        || refusals.hasLeaseRefusal(RefusalReason.TOO_LATE);
  }

  private static Outcome inTransition(Map<String, @Nullable Object> details) {
    return new Outcome.Deferred(
        "lease in transition in Blazar; retrying in 15 s", TRANSITION, details);
  }

  private static Optional<Outcome> notLeased(
      Map<String, String> refusedWindows, Map<String, @Nullable Object> details) {
    if (refusedWindows.isEmpty()) {
      return Optional.empty();
    }
    String windows =
        refusedWindows.entrySet().stream()
            .map(window ->
                "window %s not leased: %s"
                    .formatted(
                        window.getKey().substring(BlazarDesiredState.LEASE_PREFIX.length()),
                        window.getValue()))
            .collect(Collectors.joining("; "));
    return Optional.of(
        new Outcome.Deferred(windows + "; next attempt in 10 min", AFTER_REFUSED_WINDOW, details));
  }

  private Optional<Outcome> notChanged(Map<String, @Nullable Object> details) {
    List<WriteRefusal> refused = refusals.propertyRefusals();
    if (refused.isEmpty()) {
      return Optional.empty();
    }
    // Another client introduced the same names at this moment: the next attempt finds them.
    boolean soon = refused.stream().anyMatch(it -> it.is(RefusalReason.NOT_ALL_STORED));
    return Optional.of(
        new Outcome.Deferred(
            "Blazar refuses to change %s: %s; %s"
                .formatted(
                    String.join(", ", refusals.propertyKeys()),
                    refused.stream()
                        .map(WriteRefusal::explained)
                        .distinct()
                        .collect(Collectors.joining(", ")),
                    soon ? "retrying" : "next attempt in 1 h"),
            soon ? null : AFTER_REFUSED_PROPERTY,
            details));
  }

  private Outcome absent(String reason, BlazarObservedState seen) {
    return new Outcome.Deferred(reason, null, absentReport(seen));
  }

  private Map<String, @Nullable Object> absentReport(BlazarObservedState seen) {
    return recorded.absentReport(desired, seen, busyLeases);
  }

  private static Outcome failed(String message, Map<String, @Nullable Object> details) {
    return new Outcome.Failed(message, false, null, details);
  }

  /** An operator may adopt or remove what has the name, and the listing shows it to an attempt. */
  private static Outcome nameless(String message, Map<String, @Nullable Object> details) {
    return new Outcome.Failed(message, true, null, details);
  }

  private static Outcome classified(WriteRefusal refusal, Map<String, @Nullable Object> details) {
    return refusal.is(RefusalReason.NOT_SERVED)
        ? failed(String.valueOf(refusal.failure().getMessage()), details)
        : FailureClassifier.classify(refusal.failure()).withDetails(details);
  }
}
