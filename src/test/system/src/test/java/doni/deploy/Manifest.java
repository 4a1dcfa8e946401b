package doni.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One Kubernetes object of a golden file.
 *
 * @param file below {@code deploy/tests/golden}
 */
record Manifest(String file, JsonNode content) {

  private static final Path GOLDEN = Path.of("../../../deploy/tests/golden").toAbsolutePath();
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** All objects of all golden files; other YAML among them is left out. */
  static List<Manifest> all() {
    try (Stream<Path> files = Files.walk(GOLDEN)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .sorted()
          .flatMap(Manifest::of)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<Manifest> of(Path file) {
    String name = GOLDEN.relativize(file).toString();
    return documents(file)
        .filter(document -> document.has("apiVersion") && document.has("kind"))
        .map(document -> new Manifest(name, document));
  }

  /** As YAML 1.1, which is what the tools of Kubernetes read. */
  private static Stream<JsonNode> documents(Path file) {
    Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    try {
      return StreamSupport.stream(yaml.loadAll(Files.readString(file)).spliterator(), false)
          .map(document -> JSON.<JsonNode>valueToTree(document))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String apiVersion() {
    return content.path("apiVersion").asString();
  }

  String kind() {
    return content.path("kind").asString();
  }

  String name() {
    return content.path("metadata").path("name").asString();
  }

  @Override
  public String toString() {
    return file + " " + kind() + " " + name();
  }
}
