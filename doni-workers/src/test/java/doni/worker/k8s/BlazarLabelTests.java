package doni.worker.k8s;

import static doni.worker.k8s.K8sFixtures.NOW;
import static doni.worker.k8s.K8sFixtures.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import doni.convergence.StateDetails;
import doni.worker.k8s.BlazarLabel.SeenLabel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** When the label that Blazar shares is added and removed. */
class BlazarLabelTests {

  private static final ClusterNode BARE = node(Map.of());
  private static final ClusterNode LABELED = node(Map.of(ClusterNode.BLAZAR_DEVICE, "d1"));
  private static final SeenLabel SEEN =
      new SeenLabel("d1", "dev1", "uid-1", false, Optional.empty());
  private static final SeenLabel ADDED =
      new SeenLabel("d1", "dev1", "uid-1", true, Optional.empty());

  static Stream<Arguments> additions() {
    Instant lost = NOW.minusSeconds(10);
    return Stream.of(
        argumentSet("no device", null, null, BARE, null),
        argumentSet("labeled", "d1", null, LABELED, null),
        argumentSet("never seen", "d1", null, BARE, NOW),
        argumentSet("another device seen", "d2", SEEN, BARE, NOW),
        argumentSet("lost on this node", "d1", SEEN, BARE, NOW.plusSeconds(30)),
        argumentSet(
            "lost before",
            "d1",
            new SeenLabel("d1", "dev1", "uid-1", false, Optional.of(lost)),
            BARE,
            NOW.plusSeconds(20)),
        argumentSet(
            "on an earlier node of this name",
            "d1",
            new SeenLabel("d1", "dev1", "uid-0", false, Optional.empty()),
            BARE,
            NOW),
        argumentSet(
            "on the node of a former name",
            "d1",
            new SeenLabel("d1", "old", "uid-0", false, Optional.empty()),
            BARE,
            null));
  }

  @ParameterizedTest
  @MethodSource
  void additions(
      @Nullable String reported,
      @Nullable SeenLabel seen,
      ClusterNode node,
      @Nullable Instant from) {
    assertThat(label(reported, seen).addableFrom(node, NOW)).isEqualTo(Optional.ofNullable(from));
  }

  static Stream<Arguments> staleLabels() {
    return Stream.of(
        argumentSet("set by Blazar", null, SEEN, false),
        argumentSet("never seen", null, null, false),
        argumentSet("added, still reported", "d1", ADDED, false),
        argumentSet("added, no device any more", null, ADDED, true),
        argumentSet("added, another device", "d2", ADDED, true),
        argumentSet(
            "added to an earlier node",
            null,
            new SeenLabel("d1", "dev1", "uid-0", true, Optional.empty()),
            false));
  }

  @ParameterizedTest
  @MethodSource
  void staleLabels(@Nullable String reported, @Nullable SeenLabel seen, boolean stale) {
    BlazarLabel label = label(reported, seen);

    assertThat(label.isStale(LABELED)).isEqualTo(stale);
    assertThat(label.holding(LABELED).isEmpty()).isEqualTo(stale);
  }

  @Test
  void remembersThatItAddedTheLabel() {
    Map<String, Object> report =
        Objects.requireNonNull(label("d1", ADDED).report(Optional.of(LABELED), NOW, List.of()));

    assertThat(SeenLabel.of(new StateDetails(Map.of(BlazarLabel.DETAIL, report)))).contains(ADDED);
  }

  @Test
  void aLabelThatBlazarSetsAgainIsItsOwn() {
    SeenLabel earlier = new SeenLabel("d1", "dev1", "uid-0", true, Optional.empty());

    assertThat(label("d1", earlier).report(Optional.of(LABELED), NOW, List.of()))
        .containsEntry("added", false);
  }

  private static BlazarLabel label(@Nullable String reported, @Nullable SeenLabel seen) {
    return new BlazarLabel(Optional.ofNullable(reported), Optional.ofNullable(seen));
  }
}
