package doni.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackendPauseTests {

  private static final Instant START = Instant.parse("2031-03-04T12:00:00Z");

  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now.get();
        }
      };
  private final BackendGuard remote =
      new BackendGuard("balena", 5, Duration.ofSeconds(10), new SimpleMeterRegistry(), clock);
  private final AtomicInteger sent = new AtomicInteger();

  @Test
  void sendsNothingForAsLongAsTheBackendAsks() {
    answer(429, Duration.ofSeconds(7));

    assertThat(remote.lanePause())
        .hasValueSatisfying(hold -> {
          assertThat(hold.reason()).isEqualTo("rate limited by balena");
          assertThat(hold.until()).isEqualTo(START.plusSeconds(7));
        });
    assertThat(refused().retryAfter()).contains(Duration.ofSeconds(7));
    assertThat(sent).hasValue(1);
  }

  @Test
  void goesOnWhenTheTimeHasPassed() {
    answer(429, Duration.ofSeconds(7));
    now.set(START.plusSeconds(7));

    assertThat(remote.lanePause()).isEmpty();
    assertThat(remote.call("GET", () -> "answer")).isEqualTo("answer");
  }

  @Test
  void pausesAMinuteWhereTheBackendNamesNoTime() {
    answer(429, null);

    assertThat(remote.lanePause())
        .hasValueSatisfying(hold -> assertThat(hold.until()).isEqualTo(START.plusSeconds(60)));
  }

  @Test
  void pausesAnHourAtMost() {
    answer(429, Duration.ofDays(30));

    assertThat(remote.lanePause())
        .hasValueSatisfying(hold -> assertThat(hold.until()).isEqualTo(START.plusSeconds(3600)));
  }

  @Test
  void aShorterPauseDoesNotEndALongerOne() {
    Supplier<String> refusedInBetween =
        () -> {
          answer(429, Duration.ofSeconds(30));
          throw BackendException.answered("balena", 429, "", false, Duration.ofSeconds(2));
        };
    assertThatThrownBy(() -> remote.call("GET", refusedInBetween))
        .isInstanceOf(BackendException.class);

    assertThat(remote.lanePause())
        .hasValueSatisfying(hold -> assertThat(hold.until()).isEqualTo(START.plusSeconds(30)));
  }

  @Test
  void anotherWayToReachTheBackendEndsThePause() {
    answer(429, Duration.ofSeconds(30));

    remote.reset();

    assertThat(remote.lanePause()).isEmpty();
  }

  @Test
  void doesNotPauseForAnotherAnswer() {
    answer(503, Duration.ofSeconds(30));

    assertThat(remote.lanePause()).isEmpty();
  }

  @Test
  void isNotTakenForABackendThatIsDown() {
    for (int i = 0; i < 20; i++) {
      answer(429, Duration.ofSeconds(1));
      now.set(now.get().plusSeconds(1));
    }

    assertThat(remote.lanePause()).isEmpty();
    assertThat(sent).hasValue(20);
  }

  private void answer(int status, @Nullable Duration retryAfter) {
    assertThatThrownBy(() ->
            remote.call(
                "GET",
                () -> {
                  sent.incrementAndGet();
                  throw BackendException.answered("balena", status, "", false, retryAfter);
                }))
        .isInstanceOf(BackendException.class);
  }

  private BackendException refused() {
    BackendException e =
        catchThrowableOfType(
            BackendException.class, () -> remote.call("GET", sent::incrementAndGet));
    assertThat(e.kind()).isEqualTo(BackendException.Kind.NOT_SENT);
    return e;
  }
}
