package doni.start;

import static doni.start.Local.START;
import static doni.start.Local.log;
import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.BuiltService;
import doni.simulator.DoniProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The libraries of the container image: those of the jar without the programs of the embedded
 * Postgres, which the Dockerfile moves away.
 */
class ImageLibrariesIT {

  private static final Path DOCKERFILE =
      Path.of(System.getProperty("doni.launcher")).resolveSibling("deploy/docker/Dockerfile");

  private static final Pattern MOVED = Pattern.compile("mv /layers/dependencies/lib/(\\S+) ");

  private static final Pattern ARCHIVE = Pattern.compile(".*\\.(txz|tgz|tar|exe)");

  private static final String TOKEN_USER = "--doni.keystone.static-tokens.tok3n.user-id=user";
  private static final String TOKEN_PROJECT = "--doni.keystone.static-tokens.tok3n.project-id=p";

  @TempDir private static Path installed;
  @TempDir private static Path programs;

  @TempDir private Path directory;

  @BeforeAll
  static void installAsTheDockerfileDoes() throws Exception {
    String moved =
        MOVED
            .matcher(Files.readString(DOCKERFILE))
            .results()
            .map(found -> found.group(1))
            .findFirst()
            .orElseThrow();
    Process extraction =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-Djarmode=tools",
                "-jar",
                BuiltService.executableJar().toString(),
                "extract",
                "--destination",
                installed.toString(),
                "--force")
            .inheritIO()
            .start();
    assertThat(extraction.waitFor()).isZero();
    try (Stream<Path> programsOnly = libraries(moved)) {
      for (Path library : programsOnly.toList()) {
        Files.move(library, programs.resolve(library.getFileName()));
      }
    }
  }

  @Test
  void haveNoPrograms() throws IOException {
    try (Stream<Path> left = libraries("*.jar");
        Stream<Path> moved = Files.list(programs)) {
      assertThat(left).hasSizeGreaterThan(100).noneMatch(ImageLibrariesIT::hasArchive);
      assertThat(moved.filter(path -> path.toString().endsWith(".jar")))
          .isNotEmpty()
          .allMatch(ImageLibrariesIT::hasArchive);
    }
  }

  @Test
  void serveAndDoctorNameTheSettingThatIsNeeded() {
    String needed = "spring.datasource.url: must be set, because this installation has no embedded";
    try (DoniProcess serve = doni("serve", TOKEN_USER, TOKEN_PROJECT).start();
        DoniProcess doctor = doni("doctor", TOKEN_USER, TOKEN_PROJECT).start()) {
      assertThat(serve.awaitEnd(START)).isEqualTo(1);
      assertThat(log(serve).getLast()).contains("cannot start: " + needed);
      assertThat(log(serve)).noneMatch(line -> line.startsWith("\tat "));
      assertThat(doctor.awaitEnd(START)).isEqualTo(1);
      assertThat(log(doctor)).anyMatch(line -> line.matches("FAIL +database +" + needed + ".*"));
    }
  }

  @Test
  void rehearsalTakesTheProgramsFromElsewhere() {
    try (DoniProcess rehearsal =
        doni("rehearse", "--devices=4", "--postgres=" + programs).start()) {
      assertThat(rehearsal.awaitEnd(START)).as("%s", rehearsal.lastLines(5)).isZero();
    }
  }

  private DoniProcess.Builder doni(String... arguments) {
    Path home = directory.resolve(arguments[0]);
    return DoniProcess.of(installed.resolve("doni.jar"), home).arguments(arguments);
  }

  private static Stream<Path> libraries(String glob) throws IOException {
    List<Path> found;
    try (Stream<Path> all = Files.list(installed.resolve("lib"))) {
      found =
          all.filter(path ->
                  path.getFileSystem().getPathMatcher("glob:" + glob).matches(path.getFileName()))
              .toList();
    }
    return found.stream();
  }

  private static boolean hasArchive(Path library) {
    try (JarFile jar = new JarFile(library.toFile())) {
      return jar.stream().anyMatch(entry -> ARCHIVE.matcher(entry.getName()).matches());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
