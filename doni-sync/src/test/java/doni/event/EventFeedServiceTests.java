package doni.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;

import doni.event.HardwareEventStore.EventFilter;
import doni.policy.Caller;
import doni.policy.TestPolicy;
import doni.request.RequestRefusedException.Forbidden;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventFeedServiceTests {

  private final Caller bob =
      new Caller("bob", "bob", "bob-proj", Set.of("member"), Map.of(), "req-1");

  /** The target of the feed has none, as the original's list has none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "user_id:%(user_id)s",
        "role:member and user_id:%(user_id)s",
        "not 'mallory':%(user_id)s"
      })
  void aRuleAboutTheUserOpensNoProject(String rule) {
    for (String project : List.of("bob-proj", "alice-proj")) {
      assertThatThrownBy(() -> feed(rule).latest(bob, of(project), 10, null))
          .isInstanceOf(Forbidden.class);
    }
  }

  @Test
  void aRuleAboutTheProjectOpensThatOfTheCaller() {
    EventFeedService feed = feed("project_id:%(project_id)s");

    assertThat(feed.latest(bob, of("bob-proj"), 10, null)).isEmpty();
    assertThatThrownBy(() -> feed.latest(bob, of("alice-proj"), 10, null))
        .isInstanceOf(Forbidden.class);
  }

  @Test
  void aRuleThatAllowsEveryCallerOpensEveryProject() {
    assertThat(feed("@").latest(bob, of("alice-proj"), 10, null)).isEmpty();
  }

  private static EventFeedService feed(String rule) {
    return new EventFeedService(
        mock(HardwareEventStore.class), TestPolicy.with("hardware:get", rule));
  }

  private static EventFilter of(String project) {
    return new EventFilter(null, null, null, null, project);
  }
}
