package doni.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedSnapshotTests {

  private final AtomicInteger loads = new AtomicInteger();
  private final Ticking clock = new Ticking();
  private final SharedSnapshot<Integer> listing =
      new SharedSnapshot<>(loads::incrementAndGet, Duration.ofSeconds(5), clock);

  @Test
  void isLoadedOnceForAWhile() {
    assertThat(listing.recent()).isEqualTo(1);
    clock.advance(Duration.ofSeconds(4));

    assertThat(listing.recent()).isEqualTo(1);
  }

  @Test
  void isLoadedAgainWhenItIsOld() {
    listing.recent();
    clock.advance(Duration.ofSeconds(6));

    assertThat(listing.recent()).isEqualTo(2);
  }

  @Test
  void isLoadedForWhoeverWantsToWrite() {
    listing.recent();

    assertThat(listing.fresh()).isEqualTo(2);
    assertThat(listing.recent()).isEqualTo(2);
  }

  @Test
  void isLoadedAgainAfterAChange() {
    listing.recent();
    listing.forget();

    assertThat(listing.recent()).isEqualTo(2);
  }

  @Test
  void doesNotKeepWhatWasAskedForBeforeAChange() {
    SharedSnapshot<Integer> changedMeanwhile =
        new SharedSnapshot<>(
            () -> {
              clock.advance(Duration.ofMillis(1));
              if (loads.incrementAndGet() == 1) {
                forgetMeanwhile();
              }
              return loads.get();
            },
            Duration.ofSeconds(5),
            clock);
    meanwhile = changedMeanwhile::forget;

    assertThat(changedMeanwhile.recent()).isEqualTo(1);
    assertThat(changedMeanwhile.recent()).isEqualTo(2);
  }

  private Runnable meanwhile = () -> {};

  private void forgetMeanwhile() {
    meanwhile.run();
  }

  @Test
  void isLoadedOnceForAllThatWaitForIt() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    SharedSnapshot<Integer> slow =
        new SharedSnapshot<>(
            () -> {
              await(gate);
              return loads.incrementAndGet();
            },
            Duration.ofSeconds(5),
            clock);
    List<Future<Integer>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        all.add(threads.submit(slow::recent));
      }
      gate.countDown();
      for (Future<Integer> one : all) {
        assertThat(one.get()).isEqualTo(1);
      }
    }
  }

  @Test
  void remembersNoFailure() {
    SharedSnapshot<Integer> failing =
        new SharedSnapshot<>(
            () -> {
              if (loads.incrementAndGet() == 1) {
                throw new IllegalStateException("down");
              }
              return loads.get();
            },
            Duration.ofSeconds(5),
            clock);

    assertThatIllegalStateException().isThrownBy(failing::recent);
    assertThat(failing.recent()).isEqualTo(2);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Goes on by a microsecond whenever it is read. */
  private static final class Ticking extends Clock {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    synchronized void advance(Duration duration) {
      now = now.plus(duration);
    }

    @Override
    public synchronized Instant instant() {
      now = now.plusNanos(1000);
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
}
