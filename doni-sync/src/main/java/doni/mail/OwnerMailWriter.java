package doni.mail;

import doni.event.ConsoleLinks;
import doni.mail.MailServer.OwnerMail;
import doni.mail.OwnerMailStore.DueMail;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Writes what a contact is told, in plain text. */
final class OwnerMailWriter {

  /** So many devices are described; the others are counted. */
  private static final int DESCRIBED = 20;

  private static final int LONGEST_REASON = 300;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final ConsoleLinks links;
  private final Duration quietPeriod;

  OwnerMailWriter(ConsoleLinks links, Duration quietPeriod) {
    this.links = links;
    this.quietPeriod = quietPeriod;
  }

  OwnerMail write(DueMail due) {
    StringBuilder text = new StringBuilder();
    if (!due.begun().isEmpty()) {
      text.append(due.begun().size() == 1 ? "This device needs" : "These devices need")
          .append(" your attention:\n\n");
      list(text, due.begun(), problem -> begun(text, problem));
      if (due.begun().stream().anyMatch(OwnerProblem::incident)) {
        text.append(
            """
            Many devices of the site stopped responding at the same moment.
            The cause is probably at the site, so wait for its operators first.

            """);
      }
    }
    if (!due.ended().isEmpty()) {
      text.append(due.ended().size() == 1 ? "This is over:\n\n" : "These are over:\n\n");
      list(text, due.ended(), problem -> ended(text, problem));
    }
    if (due.untold() > 0) {
      text.append(
          due.untold() == 1
              ? "Since the last mail, 1 other problem began and ended.\n\n"
              : "Since the last mail, %d other problems began and ended.\n\n"
                  .formatted(due.untold()));
    }
    return new OwnerMail(subject(due), text + footer());
  }

  private static void list(
      StringBuilder text, List<OwnerProblem> problems, Consumer<OwnerProblem> describe) {
    problems.stream().limit(DESCRIBED).forEach(describe);
    int others = problems.size() - DESCRIBED;
    if (others > 0) {
      text.append("- and ").append(others).append(" more.\n\n");
    }
  }

  private void begun(StringBuilder text, OwnerProblem problem) {
    text.append(
        "- %s %s, since %s.\n"
            .formatted(oneLine(problem.name()), problem.cause().began(), time(problem.since())));
    if (problem.reason() != null && !problem.reason().isBlank()) {
      text.append("  Reason: ").append(oneLine(problem.reason())).append('\n');
    }
    String advice = problem.advice() == null ? problem.cause().advice() : problem.advice();
    text.append("  What to do: ").append(oneLine(advice)).append('\n');
    link(text, problem);
  }

  private void ended(StringBuilder text, OwnerProblem problem) {
    text.append("- %s %s".formatted(oneLine(problem.name()), problem.cause().ended()));
    if (problem.endedAt() != null) {
      text.append(", since ").append(time(problem.endedAt()));
    }
    text.append(".\n  The problem began on ").append(time(problem.since())).append(".\n");
    link(text, problem);
  }

  private void link(StringBuilder text, OwnerProblem problem) {
    links.device(problem.device()).ifPresent(url -> text.append("  ").append(url).append('\n'));
    text.append('\n');
  }

  private static String subject(DueMail due) {
    int begun = due.begun().size();
    int ended = due.ended().size();
    if (begun == 1 && ended == 0) {
      return "Doni: %s %s"
          .formatted(
              oneLine(due.begun().getFirst().name()), due.begun().getFirst().cause().began());
    }
    if (begun == 0 && ended == 1) {
      return "Doni: %s %s"
          .formatted(
              oneLine(due.ended().getFirst().name()), due.ended().getFirst().cause().ended());
    }
    String problems = begun == 1 ? "1 new problem" : begun + " new problems";
    String over = ended == 1 ? "1 problem is over" : ended + " problems are over";
    if (begun == 0) {
      return "Doni: " + over;
    }
    return "Doni: " + problems + (ended == 0 ? "" : ", " + over);
  }

  private String footer() {
    return """
    --\s
    You get this mail because you are the contact (contact_email) of these devices
    in Doni. Doni sends at most one mail about problems in %s, and one when
    they are over. To stop it, give a device the label notifications=off, or
    another contact_email.
    """
        .formatted(period(quietPeriod));
  }

  private static String period(Duration period) {
    return period.toMinutes() % 60 == 0 && period.toHours() > 0
        ? period.toHours() == 1 ? "an hour" : period.toHours() + " hours"
        : period.toMinutes() + " minutes";
  }

  private static String time(Instant instant) {
    return TIME.format(instant);
  }

  /** Names and reasons come from owners and backends. */
  private static String oneLine(String text) {
    String line = text.replaceAll("[\\s\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
    return line.codePointCount(0, line.length()) <= LONGEST_REASON
        ? line
        : line.substring(0, line.offsetByCodePoints(0, LONGEST_REASON)) + "...";
  }
}
