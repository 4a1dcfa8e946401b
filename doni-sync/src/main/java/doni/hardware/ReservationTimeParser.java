package doni.hardware;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Parses times as clients write them: ISO 8601, with {@code T} or a space between date and time.
 * The default offset is UTC.
 */
public final class ReservationTimeParser {

  private static final DateTimeFormatter FORMAT =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendPattern("['T'][' ']")
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .appendPattern("[XXX][XX]")
          .toFormatter()
          .withResolverStyle(ResolverStyle.STRICT);

  /** Well within what Postgres and the backends can store. */
  private static final Instant LAST = Instant.parse("9999-01-01T00:00:00Z");

  private static final Instant FIRST = Instant.EPOCH;

  private ReservationTimeParser() {}

  public static Optional<Instant> parse(@Nullable Object value) {
    if (!(value instanceof String text)) {
      return Optional.empty();
    }
    try {
      TemporalAccessor parsed = FORMAT.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
      Instant instant =
          parsed instanceof OffsetDateTime withOffset
              ? withOffset.toInstant()
              : LocalDateTime.from(parsed).toInstant(ZoneOffset.UTC);
      return instant.isBefore(FIRST) || !instant.isBefore(LAST)
          ? Optional.empty()
          : Optional.of(instant.truncatedTo(ChronoUnit.MICROS));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }
}
