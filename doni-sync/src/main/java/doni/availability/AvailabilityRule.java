package doni.availability;

import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.worker.DeviceSignal.SignalStatus;
import doni.worker.SharedNames;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides from the signals of all sources whether a device responds. Pure: it reads no clock and no
 * table.
 *
 * <p>The source that knows best leads; the others can only qualify what it says, and only after
 * they had time to notice the same change. A source that has confirmed nothing for a while is
 * blind: what it said is not evidence. Without any evidence there is no assessment, so what was
 * published stays.
 */
final class AvailabilityRule {

  /** Three listings of a source. */
  static final Duration BLIND_AFTER = Duration.ofMinutes(3);

  /**
   * How long two sources may contradict each other: Balena is listed once a minute, and its VPN
   * notices a lost connection later than the cluster does.
   */
  static final Duration SETTLE = Duration.ofMinutes(2);

  /** How soon to look again at what depends on a source that has yet to confirm. */
  static final Duration RETRY = Duration.ofSeconds(30);

  /** The agents on devices, by their own requests. */
  static final String AGENT = "agent";

  private static final String BALENA = "balena";

  /** Sources that know whether a device responds; the best first. Others only qualify. */
  private static final List<String> LEADERS =
      List.of(SharedNames.K8S, SharedNames.IRONIC, BALENA, AGENT);

  private AvailabilityRule() {}

  /**
   * What a source said about a device.
   *
   * @param since since when it says so
   * @param confirmedAt when the source last confirmed all its signals; null if it never did
   */
  record SourceSignal(
      String source,
      SignalStatus status,
      String reason,
      Instant since,
      @Nullable Instant confirmedAt) {

    /** Returns when the source last said so. */
    Instant evidenceAt() {
      return confirmedAt == null || confirmedAt.isBefore(since) ? since : confirmedAt;
    }

    /** Returns whether the source knows whether the device responds. */
    boolean isLeader() {
      return LEADERS.contains(source);
    }

    private boolean isCurrent(Instant now) {
      return evidenceAt().isAfter(now.minus(BLIND_AFTER));
    }
  }

  /**
   * What the signals say at one moment.
   *
   * @param steadySince since when no source has changed what it says
   * @param assessAgainAt when the same signals may say something else; null for never
   */
  record Assessment(
      AvailabilityStatus status,
      String reason,
      Instant steadySince,
      @Nullable Instant assessAgainAt) {}

  /** Returns the assessment; empty while no source that knows can see the device. */
  static Optional<Assessment> assess(List<SourceSignal> signals, Instant now) {
    List<SourceSignal> current = signals.stream().filter(it -> it.isCurrent(now)).toList();
    Optional<SourceSignal> leader =
        current.stream()
            .filter(SourceSignal::isLeader)
            .min(Comparator.comparingInt(it -> LEADERS.indexOf(it.source())));
    return leader.map(lead ->
        switch (lead.status()) {
          case RESPONDS -> responding(lead, current, now);
          case IMPAIRED -> assessment(AvailabilityStatus.DEGRADED, lead.reason(), current, null);
          case SILENT -> silent(lead, current, now);
          case NEVER_RESPONDED -> unseen(lead, current);
        });
  }

  /**
   * Online, unless another source has said otherwise for long enough. A silent agent raises none:
   * it is one program of a device that responds, and the way to Doni may be what is broken.
   */
  private static Assessment responding(SourceSignal lead, List<SourceSignal> current, Instant now) {
    Optional<SourceSignal> doubt =
        current.stream()
            .filter(
                it -> it.status() == SignalStatus.IMPAIRED || it.status() == SignalStatus.SILENT)
            .filter(it -> !it.source().equals(AGENT))
            .min(Comparator.comparing(SourceSignal::since));
    if (doubt.isEmpty()) {
      return assessment(AvailabilityStatus.ONLINE, lead.reason(), current, null);
    }
    Instant settled = later(lead.since(), doubt.get().since()).plus(SETTLE);
    return settled.isAfter(now)
        ? assessment(AvailabilityStatus.ONLINE, lead.reason(), current, settled)
        : assessment(
            AvailabilityStatus.DEGRADED,
            lead.reason() + "; " + doubt.get().reason(),
            current,
            null);
  }

  /** Offline, unless another source still reaches the device long after this one lost it. */
  private static Assessment silent(SourceSignal lead, List<SourceSignal> current, Instant now) {
    Optional<SourceSignal> contact =
        with(current, SignalStatus.RESPONDS).or(() -> with(current, SignalStatus.IMPAIRED));
    if (contact.isEmpty()) {
      return assessment(AvailabilityStatus.OFFLINE, lead.reason(), current, null);
    }
    Instant settled = lead.since().plus(SETTLE);
    return contact.get().evidenceAt().isBefore(settled)
        ? assessment(
            AvailabilityStatus.OFFLINE, lead.reason(), current, later(settled, now.plus(RETRY)))
        : assessment(
            AvailabilityStatus.DEGRADED,
            lead.reason() + "; " + contact.get().reason(),
            current,
            null);
  }

  /** The best source waits for the device; the others know whether it has ever responded. */
  private static Assessment unseen(SourceSignal lead, List<SourceSignal> current) {
    Optional<SourceSignal> contact =
        with(current, SignalStatus.RESPONDS).or(() -> with(current, SignalStatus.IMPAIRED));
    if (contact.isPresent()) {
      return assessment(
          AvailabilityStatus.DEGRADED,
          lead.reason() + "; " + contact.get().reason(),
          current,
          null);
    }
    return with(current, SignalStatus.SILENT)
        .map(lost -> assessment(AvailabilityStatus.OFFLINE, lost.reason(), current, null))
        .orElseGet(() -> assessment(AvailabilityStatus.NEVER_SEEN, lead.reason(), current, null));
  }

  private static Optional<SourceSignal> with(List<SourceSignal> current, SignalStatus status) {
    return current.stream()
        .filter(it -> it.isLeader() && it.status() == status)
        .max(Comparator.comparing(SourceSignal::evidenceAt));
  }

  private static Assessment assessment(
      AvailabilityStatus status,
      String reason,
      List<SourceSignal> current,
      @Nullable Instant assessAgainAt) {
    Instant steadySince =
        Stream.concat(
                Stream.of(Instant.EPOCH),
                current.stream().filter(SourceSignal::isLeader).map(SourceSignal::since))
            .max(Comparator.naturalOrder())
            .orElseThrow();
    return new Assessment(status, reason, steadySince, assessAgainAt);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
