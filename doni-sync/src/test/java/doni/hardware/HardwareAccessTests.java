package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;

import doni.hardware.HardwareListQuery.SortKey;
import doni.policy.Caller;
import doni.policy.TestPolicy;
import doni.request.RequestRefusedException.Forbidden;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A rule about the user has nothing to compare with where no device is meant. */
class HardwareAccessTests {

  private static final String OF_THE_USER = "user_id:%(user_id)s";
  private static final String OF_THE_PROJECT = "project_id:%(project_id)s";
  private static final HardwareListQuery LIST =
      new HardwareListQuery(
          false, null, null, null, null, null, false, SortKey.NAME, false, 0, null);

  private final Caller bob =
      new Caller("bob", "bob", "bob-proj", Set.of("member"), Map.of(), "req-1");

  @Test
  void opensAListToARuleAboutTheProjectOnly() {
    assertThat(access("hardware:get", OF_THE_PROJECT).enforceForList(bob, LIST))
        .isEqualTo("bob-proj");
    assertThatThrownBy(() -> access("hardware:get", OF_THE_USER).enforceForList(bob, LIST))
        .isInstanceOf(Forbidden.class);
  }

  @Test
  void opensLabelsOfTheSiteAtAnEnrollmentToARuleAboutTheProjectOnly() {
    Map<String, Object> labels = Map.of("site/rack", "r1");

    assertThatCode(() ->
            access(HardwareAccess.LABEL_SITE, OF_THE_PROJECT)
                .enforceSiteLabels(bob, "bob-proj", labels))
        .doesNotThrowAnyException();
    assertThatThrownBy(() ->
            access(HardwareAccess.LABEL_SITE, OF_THE_USER)
                .enforceSiteLabels(bob, "bob-proj", labels))
        .isInstanceOf(Forbidden.class);
  }

  private static HardwareAccess access(String rule, String text) {
    return new HardwareAccess(
        mock(HardwareInventory.class), mock(HardwareReader.class), TestPolicy.with(rule, text));
  }
}
