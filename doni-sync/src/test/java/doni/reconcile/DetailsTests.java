package doni.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import doni.device.Secret;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DetailsTests {

  @Test
  void keepsWhatIsNotMentioned() {
    assertThat(Details.merge(Map.of("a", 1), Map.of("b", 2), Set.of()))
        .contains(Map.of("a", 1, "b", 2));
  }

  @Test
  void removesWhatIsNull() {
    Map<String, @Nullable Object> news = new HashMap<>();
    news.put("a", null);

    assertThat(Details.merge(Map.of("a", 1), news, Set.of())).contains(Map.of());
  }

  @Test
  void removingWhatIsNotThereIsNoChange() {
    Map<String, @Nullable Object> news = new HashMap<>();
    news.put("b", null);

    assertThat(Details.merge(Map.of("a", 1), news, Set.of())).isEmpty();
  }

  @Test
  void theSameJsonIsNoChange() {
    Map<String, Object> before = Map.of("n", 1, "deep", Map.of("list", List.of(1, "x")));

    assertThat(
            Details.merge(
                before, Map.of("n", 1L, "deep", Map.of("list", List.of(1L, "x"))), Set.of()))
        .isEmpty();
  }

  @Test
  void aLongerListIsAChange() {
    assertThat(Details.merge(Map.of("l", List.of(1)), Map.of("l", List.of(1, 2)), Set.of()))
        .contains(Map.of("l", List.of(1, 2)));
  }

  @Test
  void aSecretThatIsReportedAsTextAgainIsNoChange() {
    assertThat(Details.merge(Map.of("k", new Secret("s")), Map.of("k", "s"), Set.of("k")))
        .isEmpty();
  }

  @Test
  void makesASecretOfATextThatIsOne() {
    assertThat(Details.merge(Map.of(), Map.of("k", "s"), Set.of("k")))
        .contains(Map.of("k", new Secret("s")));
  }
}
