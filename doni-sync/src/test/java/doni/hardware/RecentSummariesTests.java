package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.RecentSummaries.Question;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecentSummariesTests {

  private static final HardwareListQuery ALL =
      new HardwareListQuery(
          true, null, null, null, null, null, false, SortKey.CREATED_AT, false, 0, null);

  private static final Duration SECOND = Duration.ofSeconds(1);

  private final AtomicLong now = new AtomicLong();
  private final AtomicLong devices = new AtomicLong(RecentSummaries.MANY);
  private final RecentSummaries summaries = new RecentSummaries(now::get);

  private static Question of(@Nullable String project) {
    return new Question(project, ALL);
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private HardwareSummary count(Duration takes) {
    pass(takes);
    HardwareSummary.SummaryBuilder summary = new HardwareSummary.SummaryBuilder();
    summary.total(devices.get());
    return summary.build();
  }

  private long total(Question question, Duration takes) {
    return summaries.get(question, () -> count(takes)).total();
  }

  @Test
  void fewDevicesAreAlwaysCounted() {
    devices.set(RecentSummaries.MANY - 2);
    assertThat(total(of(null), SECOND)).isEqualTo(RecentSummaries.MANY - 2);

    devices.incrementAndGet();
    assertThat(total(of(null), SECOND)).isEqualTo(RecentSummaries.MANY - 1);
  }

  @Test
  void ofManyIsRepeatedForTenTimesAsLongAsItTook() {
    assertThat(total(of(null), SECOND)).isEqualTo(RecentSummaries.MANY);
    devices.incrementAndGet();

    pass(SECOND.multipliedBy(10).minusNanos(1));
    assertThat(total(of(null), SECOND)).isEqualTo(RecentSummaries.MANY);

    pass(Duration.ofNanos(1));
    assertThat(total(of(null), SECOND)).isEqualTo(RecentSummaries.MANY + 1);
  }

  @Test
  void isNeverOlderThanTheLongestTime() {
    assertThat(total(of(null), Duration.ofMinutes(1))).isEqualTo(RecentSummaries.MANY);
    devices.incrementAndGet();

    pass(RecentSummaries.LONGEST.minusNanos(1));
    assertThat(total(of(null), SECOND)).isEqualTo(RecentSummaries.MANY);

    pass(Duration.ofNanos(1));
    assertThat(total(of(null), SECOND)).isEqualTo(RecentSummaries.MANY + 1);
  }

  @Test
  void isOfOneProjectAndOneFilter() {
    HardwareListQuery other =
        new HardwareListQuery(
            true, null, "baremetal", null, null, null, false, SortKey.CREATED_AT, false, 0, null);
    assertThat(total(of(null), SECOND)).isEqualTo(RecentSummaries.MANY);
    devices.incrementAndGet();

    assertThat(total(of("project"), SECOND)).isEqualTo(RecentSummaries.MANY + 1);
    assertThat(total(new Question(null, other), SECOND)).isEqualTo(RecentSummaries.MANY + 1);
    assertThat(total(of(null), SECOND)).isEqualTo(RecentSummaries.MANY);
  }

  @Test
  void isCountedAgainAfterAFailure() {
    assertThatThrownBy(() ->
            summaries.get(
                of(null),
                () -> {
                  pass(SECOND);
                  throw new IllegalStateException("on purpose");
                }))
        .hasMessage("on purpose");

    assertThat(total(of(null), SECOND)).isEqualTo(RecentSummaries.MANY);
  }

  @Test
  void ofManyIsCountedOnceForThoseWhoAskAtTheSameTime() throws Exception {
    assertThat(besideAnother(() -> total(of(null), SECOND))).isEqualTo(RecentSummaries.MANY);
  }

  /** The count that is under way may have begun before the caller's last change. */
  @Test
  void fewDevicesAreCountedForEachOfThoseWhoAskAtTheSameTime() throws Exception {
    devices.set(1);

    assertThat(besideAnother(() -> total(of(null), SECOND))).isEqualTo(2);
  }

  /** As with a database that does not answer: one time limit passes, not one for each caller. */
  @Test
  void failsForAllWhoAskAtTheSameTime() throws Exception {
    CountDownLatch counting = new CountDownLatch(1);
    CountDownLatch fail = new CountDownLatch(1);
    AtomicLong counts = new AtomicLong();
    Supplier<HardwareSummary> failing =
        () -> {
          counts.incrementAndGet();
          counting.countDown();
          awaitUninterrupted(fail);
          throw new IllegalStateException("on purpose");
        };
    List<Thread> waiting = new ArrayList<>();
    List<Throwable> thrown = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((_, e) -> thrown.add(e))
              .start(() -> summaries.get(of(null), failing)));
    }
    counting.await();
    for (Thread thread : waiting) {
      awaitWaiting(thread);
    }
    fail.countDown();
    for (Thread thread : waiting) {
      thread.join();
    }

    assertThat(counts).hasValue(1);
    assertThat(thrown)
        .hasSize(3)
        .allSatisfy(
            e -> assertThat(e).isInstanceOf(IllegalStateException.class).hasMessage("on purpose"));
  }

  /** So many that some share their place in any table. */
  @Test
  void doesNotHoldUpOtherQuestions() {
    long others =
        summaries
            .get(
                of(null),
                () -> {
                  for (int i = 0; i < 1_000; i++) {
                    Question other = of("project-" + i);
                    assertThat(CompletableFuture.supplyAsync(() -> total(other, Duration.ZERO)))
                        .succeedsWithin(Duration.ofSeconds(10));
                  }
                  return count(SECOND);
                })
            .total();

    assertThat(others).isEqualTo(RecentSummaries.MANY);
  }

  /** Returns what a caller gets for whom a device was enrolled while another one's count runs. */
  private long besideAnother(Callable<Long> call) throws Exception {
    CountDownLatch counting = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Question question = of(null);
    Thread first =
        Thread.ofPlatform()
            .start(() -> {
              HardwareSummary _ =
                  summaries.get(
                      question,
                      () -> {
                        HardwareSummary summary = count(SECOND);
                        counting.countDown();
                        awaitUninterrupted(go);
                        return summary;
                      });
            });
    counting.await();
    devices.incrementAndGet();
    FutureTask<Long> second = new FutureTask<>(call);
    Thread thread = Thread.ofPlatform().start(second);
    awaitWaiting(thread);
    go.countDown();
    first.join();
    pass(RecentSummaries.LONGEST);
    return second.get();
  }

  /** Until it waits for another one, or has ended. */
  private static void awaitWaiting(Thread thread) {
    await()
        .pollInterval(Duration.ofMillis(1))
        .until(() ->
            Set.of(Thread.State.WAITING, Thread.State.BLOCKED, Thread.State.TERMINATED)
                .contains(thread.getState()));
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
