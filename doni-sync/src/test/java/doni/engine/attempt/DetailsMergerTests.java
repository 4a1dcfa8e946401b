package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Secret;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DetailsMergerTests {

  @Test
  void keepsWhatIsNotMentioned() {
    assertThat(DetailsMerger.merge(Map.of("a", 1), Map.of("b", 2), Set.of()))
        .contains(Map.of("a", 1, "b", 2));
  }

  @Test
  void removesWhatIsNull() {
    Map<String, @Nullable Object> news = new HashMap<>();
    news.put("a", null);

    assertThat(DetailsMerger.merge(Map.of("a", 1), news, Set.of())).contains(Map.of());
  }

  @Test
  void removingWhatIsNotThereIsNoChange() {
    Map<String, @Nullable Object> news = new HashMap<>();
    news.put("b", null);

    assertThat(DetailsMerger.merge(Map.of("a", 1), news, Set.of())).isEmpty();
  }

  @Test
  void theSameJsonIsNoChange() {
    Map<String, Object> before = Map.of("n", 1, "deep", Map.of("list", List.of(1, "x")));

    assertThat(
            DetailsMerger.merge(
                before, Map.of("n", 1L, "deep", Map.of("list", List.of(1L, "x"))), Set.of()))
        .isEmpty();
  }

  @Test
  void aLongerListIsAChange() {
    assertThat(DetailsMerger.merge(Map.of("l", List.of(1)), Map.of("l", List.of(1, 2)), Set.of()))
        .contains(Map.of("l", List.of(1, 2)));
  }

  @Test
  void aSecretThatIsReportedAsTextAgainIsNoChange() {
    assertThat(DetailsMerger.merge(Map.of("k", new Secret("s")), Map.of("k", "s"), Set.of("k")))
        .isEmpty();
  }

  @Test
  void makesASecretOfATextThatIsOne() {
    assertThat(DetailsMerger.merge(Map.of(), Map.of("k", "s"), Set.of("k")))
        .contains(Map.of("k", new Secret("s")));
  }
}
