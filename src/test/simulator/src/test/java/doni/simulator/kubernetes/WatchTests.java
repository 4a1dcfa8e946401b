package doni.simulator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class WatchTests extends ClusterTest {

  @Test
  void sendsEverythingFirstWithoutAVersion() throws Exception {
    kubernetes.addNode("pi-01");

    assertThat(watch("timeoutSeconds=0")).containsExactly("ADDED pi-01");
  }

  @Test
  void goesOnFromAVersion() throws Exception {
    kubernetes.addNode("pi-01");
    String version = version();
    kubernetes.setLabels("pi-01", Map.of("a", "b"));
    kubernetes.removeNode("pi-01");

    assertThat(watch("timeoutSeconds=0&resourceVersion=" + version))
        .containsExactly("MODIFIED pi-01", "DELETED pi-01");
  }

  @Test
  void aNodeThatJoinsAppearsTaintedAndBecomesReady() throws Exception {
    String version = version();
    kubernetes.addNode("pi-01");

    try (Stream<JsonNode> lines =
        doni.lines(NODES + "?watch=1&timeoutSeconds=0&resourceVersion=" + version)) {
      List<JsonNode> events = lines.toList();

      assertThat(events).hasSize(2);
      assertThat(events.getFirst().at("/object/spec/taints/0/key").asString())
          .isEqualTo("node.kubernetes.io/not-ready");
      assertThat(events.getLast().at("/object/spec").has("taints")).isFalse();
    }
  }

  @Test
  void aPatchThatChangesNothingWakesNobody() throws Exception {
    kubernetes.addNode("pi-01");
    kubernetes.setLabels("pi-01", Map.of("a", "b"));
    String version = version();

    mergePatch("pi-01", "{'metadata': {'labels': {'a': 'b'}}}");

    assertThat(watch("timeoutSeconds=0&resourceVersion=" + version)).isEmpty();
  }

  @Test
  void tellsAVersionThatIsTooOldByAnErrorEvent() throws Exception {
    String version = version();
    kubernetes.forgetHistory();

    try (Stream<JsonNode> lines = doni.lines(NODES + "?watch=1&resourceVersion=" + version)) {
      JsonNode event = lines.findFirst().orElseThrow();

      assertThat(event.path("type").asString()).isEqualTo("ERROR");
      assertThat(event.at("/object/code").asInt()).isEqualTo(410);
      assertThat(event.at("/object/reason").asString()).isEqualTo("Expired");
    }
  }

  @Test
  void sendsBookmarksWithAVersionAndWithoutAName() throws Exception {
    kubernetes.bookmarkEvery(Duration.ofMillis(10));
    kubernetes.addNode("pi-01");
    String version = version();

    try (Stream<JsonNode> lines =
        doni.lines(NODES + "?watch=1&allowWatchBookmarks=true&resourceVersion=" + version)) {
      JsonNode event = lines.findFirst().orElseThrow();

      assertThat(event.path("type").asString()).isEqualTo("BOOKMARK");
      assertThat(event.at("/object/metadata/resourceVersion").asString()).isEqualTo(version);
      assertThat(event.at("/object/metadata").has("name")).isFalse();
    }
  }

  @Test
  void endsWhenAskedTo() throws Exception {
    try (Stream<JsonNode> lines = doni.lines(NODES + "?watch=1&resourceVersion=" + version())) {
      kubernetes.endWatches();

      assertThat(lines.toList()).isEmpty();
    }
  }

  @Test
  void endsAfterItsTime() throws Exception {
    long began = System.nanoTime();

    List<String> events = watch("timeoutSeconds=1&resourceVersion=" + version());

    assertThat(events).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofMillis(950), Duration.ofSeconds(8));
  }

  @Test
  void watchesOneNodeByItsName() throws Exception {
    kubernetes.addNode("pi-01");
    kubernetes.addNode("pi-02");

    assertThat(watch("timeoutSeconds=0&fieldSelector=metadata.name%3Dpi-02"))
        .containsExactly("ADDED pi-02");
  }

  private String version() throws Exception {
    return doni.get(NODES).text("/metadata/resourceVersion");
  }

  private List<String> watch(String query) throws Exception {
    try (Stream<JsonNode> lines = doni.lines(NODES + "?watch=true&" + query)) {
      return lines
          .map(line ->
              line.path("type").asString() + " " + line.at("/object/metadata/name").asString())
          .toList();
    }
  }
}
