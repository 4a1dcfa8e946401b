package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.Finding;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@code doctor} reports about Ironic. */
class IronicCheckIT {

  @Test
  void anAdministratorPasses() {
    try (IronicSite site = new IronicSite()) {
      assertThat(site.worker().check()).hasOnlyElementsOfType(Finding.Ok.class);
    }
  }

  @Test
  void aUserWithoutTheRoleAdminIsAProblem() {
    try (IronicSite site = new IronicSite()) {
      site.reopen("alice", Map.of());

      assertThat(site.worker().check())
          .singleElement()
          .isInstanceOf(Finding.Problem.class)
          .extracting(Finding::found)
          .isEqualTo("the service user lacks the role admin, so Ironic hides nodes from it");
    }
  }
}
