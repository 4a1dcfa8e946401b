package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class KubeconfigFileTests {

  @TempDir Path directory = Path.of("");
  private Path path = Path.of("");

  @BeforeEach
  void choosePath() {
    path = directory.resolve("kubeconfig");
  }

  @Test
  void anAbsentFileSaysNothing() {
    assertThat(new KubeconfigFile(path).changed()).isEmpty();
  }

  @Test
  void noticesAFileThatAppears() throws IOException {
    KubeconfigFile file = new KubeconfigFile(path);
    assertThat(file.changed()).isEmpty();

    Files.writeString(path, "one");

    assertThat(file.changed()).contains("one");
  }

  @Test
  void tellsTheSameContentOnce() throws IOException {
    Files.writeString(path, "one");
    KubeconfigFile file = new KubeconfigFile(path);
    assertThat(file.changed()).contains("one");

    Files.setLastModifiedTime(path, FileTime.from(Instant.EPOCH));

    assertThat(file.changed()).isEmpty();
  }

  @Test
  void noticesOtherContentOfTheSameLength() throws IOException {
    Files.writeString(path, "one");
    KubeconfigFile file = new KubeconfigFile(path);
    assertThat(file.changed()).contains("one");

    Files.writeString(path, "two");
    Files.setLastModifiedTime(path, FileTime.from(Instant.EPOCH));

    assertThat(file.changed()).contains("two");
  }

  @Test
  void noticesASymbolicLinkThatIsSwapped() throws IOException {
    Files.writeString(directory.resolve("v1"), "one");
    Files.writeString(directory.resolve("v2"), "two");
    Files.createSymbolicLink(path, directory.resolve("v1"));
    KubeconfigFile file = new KubeconfigFile(path);
    assertThat(file.changed()).contains("one");

    Files.delete(path);
    Files.createSymbolicLink(path, directory.resolve("v2"));

    assertThat(file.changed()).contains("two");
  }
}
