package doni.console;

import doni.hardware.ReservationWindowRecord;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;

/**
 * The reservation windows and leases of one month, in UTC, week by week from Monday.
 *
 * @param weeks of seven days each; the first and the last have days of other months
 */
record WindowCalendar(YearMonth month, List<List<CalendarDay>> weeks) {

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm");
  private static final int EARLIEST = 1970;
  private static final int LATEST = 9_998;

  /**
   * One day.
   *
   * @param inMonth whether it belongs to the month that is shown
   * @param times when the device can be reserved on it, as {@code 09:00–17:30}
   * @param leased when it is reserved on it
   */
  record CalendarDay(LocalDate date, boolean inMonth, List<String> times, List<String> leased) {}

  /** A time on the calendar. */
  private record CalendarTime(Instant start, Instant end) {}

  /**
   * @param wanted such as {@code 2031-03}; anything else shows the month of today
   */
  static WindowCalendar of(
      String wanted, Instant now, List<ReservationWindowRecord> windows, List<DeviceLease> leases) {
    YearMonth month = month(wanted, now);
    List<CalendarTime> reservable =
        windows.stream()
            .map(ReservationWindowRecord::window)
            .map(window -> new CalendarTime(window.start(), window.end()))
            .toList();
    List<CalendarTime> leased =
        leases.stream().map(lease -> new CalendarTime(lease.start(), lease.end())).toList();
    LocalDate day = month.atDay(1).with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    List<List<CalendarDay>> weeks = new ArrayList<>();
    while (!day.isAfter(month.atEndOfMonth())) {
      List<CalendarDay> week = new ArrayList<>();
      for (int i = 0; i < DayOfWeek.values().length; i++, day = day.plusDays(1)) {
        boolean inMonth = YearMonth.from(day).equals(month);
        week.add(
            new CalendarDay(
                day,
                inMonth,
                inMonth ? times(day, reservable) : List.of(),
                inMonth ? times(day, leased) : List.of()));
      }
      weeks.add(List.copyOf(week));
    }
    return new WindowCalendar(month, List.copyOf(weeks));
  }

  private static YearMonth month(String wanted, Instant now) {
    try {
      YearMonth month = YearMonth.parse(wanted);
      if (month.getYear() >= EARLIEST && month.getYear() <= LATEST) {
        return month;
      }
    } catch (DateTimeParseException _) {
      // As without a month.
    }
    return YearMonth.from(now.atOffset(ZoneOffset.UTC));
  }

  private static List<String> times(LocalDate day, List<CalendarTime> all) {
    Instant begin = day.atStartOfDay().toInstant(ZoneOffset.UTC);
    Instant end = day.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC);
    return all.stream()
        .filter(one -> one.start().isBefore(end) && one.end().isAfter(begin))
        .map(one ->
            (one.start().isAfter(begin) ? time(one.start()) : "00:00")
                + "–"
                + (one.end().isBefore(end) ? time(one.end()) : "24:00"))
        .toList();
  }

  private static String time(Instant at) {
    return TIME.format(at.atOffset(ZoneOffset.UTC));
  }
}
