package doni.api.web;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Formats times as existing clients parse them: {@code YYYY-MM-DDTHH:MM:SS+00:00}, without a
 * fraction. The hand-written formatter is faster: a list of 1,000 devices has 2,000 times.
 */
public final class WireTime {

  private WireTime() {}

  public static String of(Instant instant) {
    LocalDateTime utc = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), 0, ZoneOffset.UTC);
    StringBuilder text = new StringBuilder(25).append(utc.toLocalDate()).append('T');
    twoDigits(text, utc.getHour()).append(':');
    twoDigits(text, utc.getMinute()).append(':');
    return twoDigits(text, utc.getSecond()).append("+00:00").toString();
  }

  static @Nullable public String orNull(@Nullable Instant instant) {
    return instant == null ? null : of(instant);
  }

  private static StringBuilder twoDigits(StringBuilder text, int number) {
    return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }
}
