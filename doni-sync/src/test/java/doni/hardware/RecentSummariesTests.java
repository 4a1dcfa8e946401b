package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.RecentSummaries.Question;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
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
  void isCountedOnceForThoseWhoAskAtTheSameTime() throws Exception {
    CountDownLatch counting = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<HardwareSummary> first =
          threads.submit(() ->
              summaries.get(
                  of(null),
                  () -> {
                    HardwareSummary summary = count(SECOND);
                    counting.countDown();
                    awaitUninterrupted(go);
                    return summary;
                  }));
      counting.await();
      devices.incrementAndGet();
      Future<Long> second = threads.submit(() -> total(of(null), SECOND));
      go.countDown();

      assertThat(first.get().total()).isEqualTo(RecentSummaries.MANY);
      assertThat(second.get()).isEqualTo(RecentSummaries.MANY);
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
