package doni.worker.tunelo;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class RebuildBrakeTests {

  private static final class MovableClock extends Clock {
    private Instant now = Instant.parse("2026-11-23T04:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private final MovableClock clock = new MovableClock();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final RebuildBrake brake = new RebuildBrake(meters, clock);

  private void pass(Duration time) {
    clock.now = clock.now.plus(time);
  }

  private double paused() {
    return meters.get(RebuildBrake.PAUSED).gauge().value();
  }

  private void notice(int channels) {
    for (int i = 0; i < channels; i++) {
      brake.noticed("channel-" + i);
    }
  }

  @Test
  void letsFewThrough(CapturedOutput output) {
    notice(RebuildBrake.MOST_AT_ONCE);

    for (int i = 0; i < RebuildBrake.MOST_AT_ONCE; i++) {
      assertThat(brake.admits("channel-" + i)).isTrue();
    }
    assertThat(paused()).isZero();
    assertThat(output).doesNotContain("lost their hub");
  }

  @Test
  void letsManyThroughThatComeOneAfterTheOther() {
    for (int i = 0; i < 100; i++) {
      brake.noticed("channel-" + i);
      pass(Duration.ofSeconds(4));
      assertThat(brake.admits("channel-" + i)).isTrue();
    }
  }

  @Test
  void pausesAndWarnsOnceWhenMoreThanTwentyComeWithinAMinute(CapturedOutput output) {
    notice(30);
    notice(30);

    assertThat(brake.admits("channel-0")).isFalse();
    assertThat(brake.reason()).isPresent();
    assertThat(paused()).isEqualTo(30);
    assertThat(output.getAll().split("channels lost their hub within 60 s", -1)).hasSize(2);
  }

  @Test
  void goesOnAtALimitedRateAfterThePause() {
    notice(30);
    pass(RebuildBrake.PAUSE);
    notice(30);

    assertThat(brake.admits("channel-0")).isTrue();
    assertThat(brake.admits("channel-1")).isFalse();
    pass(RebuildBrake.BETWEEN);
    assertThat(brake.admits("channel-1")).isTrue();
    assertThat(paused()).isEqualTo(28);
  }

  @Test
  void endsWhenNoChannelWaits() {
    notice(30);

    pass(Duration.ofMinutes(4));

    assertThat(paused()).isZero();
    assertThat(brake.reason()).isEmpty();
    assertThat(brake.admits("another")).isTrue();
    assertThat(brake.admits("one-more")).isTrue();
  }
}
