package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullMarked
class NodeWatchTests {

  private static final NodeWish WISH =
      new NodeWish(Map.of("a", "1"), Set.of("a", "b"), Optional.of(Wishes.OURS), Optional.empty());
  private static final ClusterNode BARE = node("1", Map.of(), true);
  private static final ClusterNode DRESSED = node("2", Map.of("a", "1"), true, Wishes.OURS);

  private final List<String> woken = new CopyOnWriteArrayList<>();
  private final NodeWatch watch = new NodeWatch(() -> WISH);

  @BeforeEach
  void start() {
    watch.start(woken::addAll);
  }

  @AfterEach
  void stop() {
    watch.stop();
  }

  @Test
  void wakesForANodeThatAppears() {
    watch.appeared(BARE);

    assertWoken("dev1");
  }

  @Test
  void sleepsThroughOurOwnPatch() {
    watch.expect(BARE, WISH);

    watch.changed(BARE, DRESSED);

    assertNobodyWoken();
  }

  @Test
  void sleepsThroughAnEventFromBeforeOurPatch() {
    watch.expect(BARE, WISH);

    watch.changed(BARE, node("1b", Map.of(), true));

    assertNobodyWoken();
  }

  @Test
  void sleepsThroughHeartbeatsOfANodeOfWhichNothingIsExpected() {
    watch.changed(BARE, node("3", Map.of("kubernetes.io/arch", "arm64"), true));

    assertNobodyWoken();
  }

  @Test
  void wakesWhenALabelOfOursIsTakenAway() {
    watch.expect(DRESSED, WISH);

    watch.changed(DRESSED, node("3", Map.of(), true, Wishes.OURS));

    assertWoken("dev1");
  }

  @Test
  void wakesWhenALabelThatWeRemovedComesBack() {
    watch.expect(DRESSED, WISH);

    watch.changed(DRESSED, node("3", Map.of("a", "1", "b", "2"), true, Wishes.OURS));

    assertWoken("dev1");
  }

  @Test
  void wakesWhenOurTaintIsTakenAway() {
    watch.expect(DRESSED, WISH);

    watch.changed(DRESSED, node("3", Map.of("a", "1"), true));

    assertWoken("dev1");
  }

  @Test
  void wakesWhenReadyFlips() {
    watch.expect(DRESSED, WISH);

    watch.changed(DRESSED, node("3", Map.of("a", "1"), false, Wishes.OURS));

    assertWoken("dev1");
  }

  @Test
  void wakesWhenTheNodeIsAnotherOne() {
    watch.expect(DRESSED, WISH);
    ClusterNode reborn =
        new ClusterNode(
            "dev1", "uid-2", "9", DRESSED.labels(), DRESSED.taints(), true, Instant.EPOCH);

    watch.changed(DRESSED, reborn);

    assertWoken("dev1");
  }

  @Test
  void wakesWhenTheNodeDisappears() {
    watch.expect(DRESSED, WISH);

    watch.disappeared("dev1");

    assertWoken("dev1");
  }

  @Test
  void sleepsWhenTheNodeIsDeletedByUs() {
    watch.expectDeletion("dev1");

    watch.disappeared("dev1");

    assertNobodyWoken();
  }

  @Test
  void wakesWhenBlazarLetsGoOfADeletedDevice() {
    ClusterNode held = node("2", Map.of("blazar.openstack.org/device", "1"), true);
    watch.expectRelease(held, WISH.withdrawn());

    watch.changed(held, BARE);

    assertWoken("dev1");
  }

  @Test
  void sleepsThroughBlazarsLabelsOfALiveDevice() {
    watch.expect(DRESSED, WISH);
    Map<String, String> reserved = Map.of("a", "1", "blazar.openstack.org/reservation_id", "r");

    watch.changed(DRESSED, node("3", reserved, true, Wishes.OURS));

    assertNobodyWoken();
  }

  private static ClusterNode node(
      String version, Map<String, String> labels, boolean ready, Taint... taints) {
    return new ClusterNode("dev1", "uid-1", version, labels, List.of(taints), ready, Instant.EPOCH);
  }

  private void assertWoken(String name) {
    await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(woken).contains(name));
  }

  /** What wakes is told in order, so nothing else came before a node that surely wakes. */
  private void assertNobodyWoken() {
    watch.disappeared("sentinel");
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(woken).contains("sentinel"));
    assertThat(woken).containsExactly("sentinel");
  }
}
