package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.Finding;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an operator is told of Ironic. */
class CheckupIT {

  @Test
  void isContentWithAnAdministrator() {
    try (IronicSite site = new IronicSite()) {
      assertThat(site.worker().check()).hasOnlyElementsOfType(Finding.Ok.class);
    }
  }

  @Test
  void seesThatIronicHidesItsNodesFromSomebodyElse() {
    try (IronicSite site = new IronicSite()) {
      site.reopen("alice", Map.of());

      assertThat(site.worker().check())
          .singleElement()
          .isInstanceOf(Finding.Problem.class)
          .extracting(Finding::found)
          .asString()
          .contains("lacks the role admin");
    }
  }
}
