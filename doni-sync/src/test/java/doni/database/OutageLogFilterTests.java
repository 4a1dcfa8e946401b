package doni.database;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class OutageLogFilterTests {

  private final Logger log = (Logger) LoggerFactory.getLogger(OutageLogFilterTests.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final OutageLogFilter filter = OutageLogFilter.install();

  @BeforeEach
  void listen() {
    lines.start();
    log.addAppender(lines);
  }

  @AfterEach
  void close() {
    filter.close();
    log.detachAppender(lines);
  }

  @Test
  void logsManyFailuresOfOneKindOnceWithoutStackTrace() {
    for (int i = 0; i < 1_000; i++) {
      log.warn("Lane {} failed", i, new IllegalStateException(new SQLException("away", "57P01")));
    }

    assertThat(lines.list)
        .singleElement()
        .satisfies(line -> {
          assertThat(line.getFormattedMessage())
              .isEqualTo("Lane 0 failed; database unavailable: away");
          assertThat(line.getThrowableProxy()).isNull();
        });
  }

  @Test
  void logsEachKind() {
    SQLException away = new SQLException("away", "57P01");

    log.warn("One failed", away);
    log.error("Another failed", away);

    assertThat(lines.list).hasSize(2);
  }

  @Test
  void leavesDefectsAsTheyAre() {
    SQLException defect = new SQLException("syntax error", "42601");

    log.error("One failed", defect);
    log.error("One failed", defect);

    assertThat(lines.list)
        .hasSize(2)
        .allSatisfy(line -> assertThat(line.getThrowableProxy()).isNotNull());
  }
}
