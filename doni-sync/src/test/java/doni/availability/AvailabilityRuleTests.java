package doni.availability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import doni.availability.AvailabilityRule.Assessment;
import doni.availability.AvailabilityRule.SourceSignal;
import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.worker.DeviceSignal.SignalStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of what signals mean. */
class AvailabilityRuleTests {

  private static final Instant NOW = Instant.parse("2031-03-04T12:00:00Z");
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration JUST_NOW = Duration.ofSeconds(1);

  static Stream<Arguments> table() {
    return Stream.of(
        row("a device that its cluster sees", "ONLINE: k8s RESPONDS", k8s("RESPONDS", LONG)),
        row(
            "one that every source sees",
            "ONLINE: k8s RESPONDS",
            k8s("RESPONDS", LONG),
            balena("RESPONDS", LONG),
            blazar("RESPONDS", LONG)),
        row("one whose kubelet is silent", "OFFLINE: k8s SILENT", k8s("SILENT", JUST_NOW)),
        row(
            "one that was just lost, before Balena was listed again",
            "OFFLINE: k8s SILENT",
            k8s("SILENT", JUST_NOW),
            balena("RESPONDS", LONG)),
        row(
            "one that Balena still reaches long after",
            "DEGRADED: k8s SILENT; balena RESPONDS",
            k8s("SILENT", LONG),
            balena("RESPONDS", LONG)),
        row(
            "one that all have lost",
            "OFFLINE: k8s SILENT",
            k8s("SILENT", LONG),
            balena("SILENT", LONG)),
        row(
            "one whose agent is silent alone",
            "ONLINE: k8s RESPONDS",
            k8s("RESPONDS", LONG),
            agent("SILENT", LONG)),
        row(
            "one that was just lost, before its agent is missed",
            "OFFLINE: k8s SILENT",
            k8s("SILENT", JUST_NOW),
            agent("RESPONDS", LONG)),
        row(
            "one whose agent still asks long after",
            "DEGRADED: k8s SILENT; agent RESPONDS",
            k8s("SILENT", LONG),
            agent("RESPONDS", LONG)),
        row(
            "one that has an agent and has not joined",
            "DEGRADED: k8s NEVER_RESPONDED; agent RESPONDS",
            k8s("NEVER_RESPONDED", LONG),
            agent("RESPONDS", LONG)),
        row("one that only its agent knows", "OFFLINE: agent SILENT", agent("SILENT", LONG)),
        row(
            "one whose kubelet is not ready",
            "DEGRADED: k8s IMPAIRED",
            k8s("IMPAIRED", JUST_NOW),
            balena("RESPONDS", LONG)),
        row(
            "one that Balena lost long ago",
            "DEGRADED: k8s RESPONDS; balena SILENT",
            k8s("RESPONDS", LONG),
            balena("SILENT", LONG)),
        row(
            "one that Balena has just lost",
            "ONLINE: k8s RESPONDS",
            k8s("RESPONDS", LONG),
            balena("SILENT", JUST_NOW)),
        row(
            "one that came back before Balena and Blazar noticed",
            "ONLINE: k8s RESPONDS",
            k8s("RESPONDS", JUST_NOW),
            balena("SILENT", LONG),
            blazar("IMPAIRED", LONG)),
        row(
            "one that cannot be reserved",
            "DEGRADED: k8s RESPONDS; blazar.device IMPAIRED",
            k8s("RESPONDS", LONG),
            blazar("IMPAIRED", LONG)),
        row(
            "one that never booted",
            "NEVER_SEEN: k8s NEVER_RESPONDED",
            k8s("NEVER_RESPONDED", LONG),
            balena("NEVER_RESPONDED", LONG)),
        row(
            "one that has booted, and not joined the cluster",
            "DEGRADED: k8s NEVER_RESPONDED; balena RESPONDS",
            k8s("NEVER_RESPONDED", LONG),
            balena("RESPONDS", JUST_NOW)),
        row(
            "one that had booted, never joined, and went",
            "OFFLINE: balena SILENT",
            k8s("NEVER_RESPONDED", LONG),
            balena("SILENT", JUST_NOW)),
        row(
            "one that has no Balena connection by design",
            "ONLINE: k8s RESPONDS",
            k8s("RESPONDS", LONG),
            balena("NEVER_RESPONDED", LONG)),
        row("a host whose BMC responds", "ONLINE: ironic RESPONDS", ironic("RESPONDS", LONG)),
        row("a host in maintenance", "DEGRADED: ironic IMPAIRED", ironic("IMPAIRED", LONG)),
        row("a host whose BMC is lost", "OFFLINE: ironic SILENT", ironic("SILENT", JUST_NOW)),
        row("nothing is known", "none"),
        row("Blazar alone has not seen it", "none", blazar("RESPONDS", LONG)),
        row(
            "the cluster cannot be read, and Balena reaches the device",
            "ONLINE: balena RESPONDS",
            blind(k8s("SILENT", LONG)),
            balena("RESPONDS", LONG)),
        row(
            "no source can be read",
            "none",
            blind(k8s("RESPONDS", LONG)),
            blind(balena("RESPONDS", LONG))));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("table")
  void decidesBySources(String situation, String expected, List<SourceSignal> signals) {
    String decided =
        AvailabilityRule.assess(signals, NOW)
            .map(it -> it.status() + ": " + it.reason())
            .orElse("none");

    assertThat(decided).as(situation).isEqualTo(expected);
  }

  @Test
  void asksAgainWhenTheOtherSourceHasHadTimeToNotice() {
    Assessment assessment =
        AvailabilityRule.assess(
                List.of(k8s("RESPONDS", LONG), balena("SILENT", Duration.ofSeconds(30))), NOW)
            .orElseThrow();

    assertThat(assessment.assessAgainAt()).isEqualTo(NOW.plusSeconds(90));
  }

  @Test
  void needsNoFurtherAssessmentWhileSignalsStay() {
    assertThat(
            AvailabilityRule.assess(
                    List.of(k8s("RESPONDS", LONG), balena("RESPONDS", JUST_NOW)), NOW)
                .orElseThrow())
        .isEqualTo(
            new Assessment(AvailabilityStatus.ONLINE, "k8s RESPONDS", NOW.minus(JUST_NOW), null));
  }

  private static Arguments row(String situation, String expected, SourceSignal... signals) {
    return arguments(situation, expected, Arrays.asList(signals));
  }

  private static SourceSignal k8s(String status, Duration age) {
    return signal("k8s", status, age);
  }

  private static SourceSignal balena(String status, Duration age) {
    return signal("balena", status, age);
  }

  private static SourceSignal agent(String status, Duration age) {
    return signal("agent", status, age);
  }

  private static SourceSignal blazar(String status, Duration age) {
    return signal("blazar.device", status, age);
  }

  private static SourceSignal ironic(String status, Duration age) {
    return signal("ironic", status, age);
  }

  private static SourceSignal signal(String source, String status, Duration age) {
    return new SourceSignal(
        source,
        SignalStatus.valueOf(status),
        source + " " + status,
        NOW.minus(age),
        NOW.minusSeconds(20));
  }

  private static SourceSignal blind(SourceSignal signal) {
    return new SourceSignal(
        signal.source(),
        signal.status(),
        signal.reason(),
        signal.since(),
        NOW.minus(AvailabilityRule.BLIND_AFTER));
  }
}
