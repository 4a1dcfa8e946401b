package doni.openstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.backend.BackendException;
import doni.openstack.ProjectLookup.Found;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProjectLookupTests extends SiteTest {

  private final ProjectLookup projects = openStack.projects();

  @Test
  void findsAProjectByItsIdFirst() {
    site.projects.put("abc", "other");
    site.projects.put("def", "abc");

    assertThat(projects.find("abc")).isEqualTo(new Found.One("abc"));
  }

  @Test
  void findsAProjectByItsName() {
    site.projects.put("abc", "CH-1234");
    site.projects.put("def", "ch-1234");

    assertThat(projects.find("CH-1234")).isEqualTo(new Found.One("abc"));
  }

  @Test
  void findsANameWithReservedCharacters() {
    site.projects.put("abc", "a/b ?&ü");

    assertThat(projects.find("a/b ?&ü")).isEqualTo(new Found.One("abc"));
    assertThat(projects.find("..")).isEqualTo(new Found.NoProject());
  }

  @Test
  void reportsANameThatSeveralDomainsHave() {
    site.projects.put("abc", "twin");
    site.projects.put("def", "twin");

    assertThat(projects.find("twin"))
        .isInstanceOfSatisfying(
            Found.Several.class,
            several ->
                assertThat(several.ids())
                    .containsExactlyInAnyOrderElementsOf(List.of("abc", "def")));
  }

  @Test
  void cachesAProjectForFiveMinutes() {
    site.projects.put("abc", "CH-1");
    projects.find("abc");
    site.projects.clear();

    clock.advance(Duration.ofMinutes(4));
    assertThat(projects.find("abc")).isEqualTo(new Found.One("abc"));
    assertThat(site.seen).hasSize(1);

    clock.advance(Duration.ofMinutes(2));
    assertThat(projects.find("abc")).isEqualTo(new Found.NoProject());
  }

  @Test
  void cachesAMissForThirtySeconds() {
    assertThat(projects.find("late")).isEqualTo(new Found.NoProject());
    site.projects.put("abc", "late");

    assertThat(projects.find("late")).isEqualTo(new Found.NoProject());

    clock.advance(Duration.ofSeconds(31));
    assertThat(projects.find("late")).isEqualTo(new Found.One("abc"));
  }

  @Test
  void doesNotCacheAFailure() {
    site.projects.put("abc", "CH-1");
    site.stop();
    assertThatThrownBy(() -> projects.find("abc")).isInstanceOf(BackendException.class);
    site.restart();

    assertThat(projects.find("abc")).isEqualTo(new Found.One("abc"));
  }

  @Test
  void asksWithANewTokenWhenTheOldOneIsRefused() {
    site.projects.put("abc", "CH-1");
    projects.find("CH-1");
    site.revokeAll();

    assertThat(projects.find("abc")).isEqualTo(new Found.One("abc"));
  }
}
