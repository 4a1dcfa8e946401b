package doni.client;

import java.time.DateTimeException;
import java.time.LocalDate;

/**
 * Times as the service and Keystone write them, in UTC: {@code 2031-03-03T12:00:00+00:00}. The
 * formatters of the JDK take longer to load than a command may run.
 */
public final class UtcTime {

  private UtcTime() {}

  /** Returns the seconds from now to a time; 0 if the text is not a time. */
  public static long secondsUntil(String time) {
    return secondsBetween(System.currentTimeMillis() / 1000, time);
  }

  static long secondsBetween(long now, String time) {
    if (time.length() < 19 || time.charAt(4) != '-' || time.charAt(10) != 'T') {
      return 0;
    }
    try {
      long days =
          LocalDate.of(number(time, 0, 4), number(time, 5, 7), number(time, 8, 10)).toEpochDay();
      return days * 86_400
          + number(time, 11, 13) * 3_600L
          + number(time, 14, 16) * 60L
          + number(time, 17, 19)
          - now;
    } catch (DateTimeException | NumberFormatException e) {
      return 0;
    }
  }

  /** Returns the time since then in its largest unit, such as {@code 5m} or {@code 3d}. */
  public static String age(String time) {
    return time.isEmpty() ? "" : unit(-secondsUntil(time));
  }

  static String unit(long seconds) {
    if (seconds < 120) {
      return Math.max(0, seconds) + "s";
    }
    if (seconds < 2 * 3_600) {
      return seconds / 60 + "m";
    }
    return seconds < 2 * 86_400 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
  }

  private static int number(String time, int from, int to) {
    return Integer.parseInt(time, from, to, 10);
  }
}
