package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.Checkup;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an operator is told of Ironic. */
class CheckupIT {

  @Test
  void isContentWithAnAdministrator() {
    try (IronicSite site = new IronicSite()) {
      assertThat(site.worker().checkUp()).hasOnlyElementsOfType(Checkup.Right.class);
    }
  }

  @Test
  void seesThatIronicHidesItsNodesFromSomebodyElse() {
    try (IronicSite site = new IronicSite()) {
      site.reopen("alice", Map.of());

      assertThat(site.worker().checkUp())
          .singleElement()
          .isInstanceOf(Checkup.Wrong.class)
          .extracting(Checkup::found)
          .asString()
          .contains("lacks the role admin");
    }
  }
}
