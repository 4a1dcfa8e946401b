package doni.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fault at one place of a device's way to Ready, and what {@code doni describe} has to say.
 *
 * @param place where the fault is, for the table
 * @param fault what is wrong, for the table
 * @param at {@code STEP current} or {@code Problem of WORKER}; a regular expression
 * @param reason part of the reason
 * @param advice part of the advice
 * @param since when it was injected
 */
record WayToReadyFault(
    String place,
    String fault,
    Enrolled device,
    String at,
    String reason,
    String advice,
    Repair repair,
    Instant since) {

  /** Ends the fault, and does what the owner has to do then. */
  @FunctionalInterface
  interface Repair {
    void run() throws Exception;
  }

  /** What {@code describe} said of a fault, and how long after it began. */
  record Described(WayToReadyFault fault, String at, String reason, String advice, Duration after) {

    String row() {
      return "| %s | %s | %s: %s | %s | %d |"
          .formatted(
              fault.place, fault.fault, at, reason, advice, Math.ceilDiv(after.toMillis(), 1_000));
    }
  }

  /** Returns what the output of {@code describe} says; fails where it does not name the fault. */
  Described find(String output) {
    Matcher named =
        Pattern.compile("(?m)^  (%s)(?: since \\S+)?: (.*)\\n    Next: (.*)$".formatted(at))
            .matcher(output);
    assertThat(named.find()).as("%s at '%s' in:%n%s", fault, at, output).isTrue();
    assertThat(named.group(2)).as("reason of '%s' in:%n%s", fault, output).contains(reason);
    assertThat(named.group(3)).as("advice for '%s' in:%n%s", fault, output).contains(advice);
    return new Described(
        this,
        named.group(1).replaceAll(" +current", ""),
        named.group(2),
        named.group(3),
        Duration.between(since, Instant.now()));
  }
}
