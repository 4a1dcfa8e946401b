package doni.database;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.helpers.MessageFormatter;

/**
 * Keeps the log short while the database is unavailable: everything that needs it then fails every
 * few milliseconds. A message that an outage caused is logged without a stack trace, and again only
 * after half a minute, with the number of times it was left out.
 */
final class OutageLogFilter extends TurboFilter implements AutoCloseable {

  private static final long PAUSE = Duration.ofSeconds(30).toNanos();
  private static final int MAX_DEPTH = 20;

  private static final class Repeated {
    private long loggedAt = System.nanoTime() - PAUSE;
    private int leftOut;

    /** Returns how often it was left out since it was last logged; -1 where it is left out now. */
    synchronized int next() {
      long now = System.nanoTime();
      if (now - loggedAt < PAUSE) {
        leftOut++;
        return -1;
      }
      int before = leftOut;
      loggedAt = now;
      leftOut = 0;
      return before;
    }
  }

  private final Map<String, Repeated> messages = new ConcurrentHashMap<>();
  private final @Nullable LoggerContext loggers;

  private OutageLogFilter(@Nullable LoggerContext loggers) {
    this.loggers = loggers;
  }

  /** Filters all loggers until it is closed; does nothing where Logback is not used. */
  static OutageLogFilter install() {
    LoggerContext context =
        LoggerFactory.getILoggerFactory() instanceof LoggerContext logback ? logback : null;
    OutageLogFilter filter = new OutageLogFilter(context);
    if (context != null) {
      filter.setContext(context);
      filter.start();
      context.addTurboFilter(filter);
    }
    return filter;
  }

  @Override
  public void close() {
    if (loggers != null) {
      loggers.getTurboFilterList().remove(this);
    }
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] arguments,
      @Nullable Throwable thrown) {
    Throwable failure = thrown == null ? last(arguments) : thrown;
    if (format == null
        || failure == null
        || !level.isGreaterOrEqual(Level.INFO)
        || !level.isGreaterOrEqual(logger.getEffectiveLevel())
        || !DatabaseOutageDetector.causes(failure)) {
      return FilterReply.NEUTRAL;
    }
    int leftOut = messages.computeIfAbsent(logger.getName() + format, _ -> new Repeated()).next();
    if (leftOut >= 0) {
      String message = MessageFormatter.arrayFormat(format, arguments).getMessage();
      logger.warn(
          "{}; database unavailable: {}{}",
          message,
          text(failure),
          leftOut == 0 ? "" : " (and " + leftOut + " times before)");
    }
    return FilterReply.DENY;
  }

  private static @Nullable Throwable last(Object @Nullable [] arguments) {
    return arguments != null
            && arguments.length > 0
            && arguments[arguments.length - 1] instanceof Throwable failure
        ? failure
        : null;
  }

  /** Postgres' own words, without those of the layers above. */
  private static String text(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; depth < MAX_DEPTH && cause != null; depth++) {
      if (cause instanceof SQLException e && e.getMessage() != null) {
        return e.getMessage().lines().findFirst().orElse("");
      }
      cause = cause.getCause();
    }
    return failure.getClass().getSimpleName();
  }
}
