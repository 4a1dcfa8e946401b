package doni.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher in a tree of its own, in which Maven and java only tell how they were called. */
class LauncherTests {

  private static final Path LAUNCHER = Path.of(System.getProperty("doni.launcher"));

  @TempDir private Path directory;
  private Path root;

  @BeforeEach
  void plant() throws IOException {
    root = Files.createDirectories(directory.resolve("checkout"));
    Path launcher = root.resolve("doni");
    Files.copy(LAUNCHER, launcher);
    executable(launcher);
    Path client = Files.createDirectories(root.resolve("doni-cli")).resolve("doni");
    Files.copy(LAUNCHER.resolveSibling("doni-cli/doni"), client);
    executable(client);
    for (String file :
        List.of(
            "pom.xml",
            "doni-api/pom.xml",
            "doni-api/src/main/java/A.java",
            "doni-cli/pom.xml",
            "doni-cli/src/main/java/C.java",
            "db/migrations/V1.sql",
            "src/test/pom.xml",
            "src/test/system/src/main/java/B.java")) {
      write(file, "");
    }
    script(".mvn/find-jdk", "cd \"$(dirname \"$0\")/..\" && echo \"$PWD/jdk\"");
    script(
        "jdk/bin/java",
        "cd \"$(dirname \"$0\")/../..\"",
        "echo \"java as $$:\" \"$@\" | tee -a java.log",
        "case $* in",
        "  *-Djarmode=tools*) mkdir -p doni-api/target/doni ;;",
        "  *-XX:AOTCacheOutput=*.aot.*) for o; do case $o in -XX:*=*.aot.*) echo learned"
            + " >\"${o#*=}\" ;; esac; done ;;",
        "  *-XX:AOTCacheOutput=*) echo learned >doni-api/target/doni/doni.aot ;;",
        "esac");
    script(
        "mvnw",
        "echo \"mvnw $*\" >>mvnw.log",
        "echo 'much output'",
        "case $* in",
        "  *'-pl doni-cli '*)",
        "    mkdir -p doni-cli/target/doni",
        "    echo built >doni-cli/target/doni/doni-cli.jar",
        "    exit ;;",
        "esac",
        "mkdir -p doni-api/target src/test/system/target",
        "echo built | tee doni-api/target/doni.jar >doni-api/target/doni.jar.original",
        "case $* in *src/test*) echo \"$PWD/a.jar:b.jar\" >src/test/system/target/class-path ;; esac");
  }

  @Test
  void printsItsUsageWithoutArguments() throws Exception {
    assertThat(run().text()).contains("Usage: ./doni COMMAND", "serve", "demo", "bench");
    assertThat(root.resolve("mvnw.log")).doesNotExist();
  }

  @Test
  void printsTheUsageOfTheMeasurementWithoutStartingIt() throws Exception {
    assertThat(run("bench", "--help").text()).contains("Usage: ./doni bench [DEVICES [check]]");
    assertThat(root.resolve("mvnw.log")).doesNotExist();
    assertThat(root.resolve("java.log")).doesNotExist();
  }

  @Test
  void buildsTheServiceWhenItIsMissing() throws Exception {
    Result result = run("serve");

    assertThat(result.code()).isZero();
    assertThat(result.text()).contains("doni: building the service").doesNotContain("much output");
    assertThat(root.resolve("mvnw.log")).content().contains("-pl doni-api");
  }

  @Test
  void doesNotBuildWhenNothingHasChanged() throws Exception {
    run("serve");
    Files.delete(root.resolve("mvnw.log"));

    assertThat(run("serve").text()).doesNotContain("building");
    assertThat(root.resolve("mvnw.log")).doesNotExist();
  }

  /** Java would end with an AOT cache that it wrote for other paths. */
  @Test
  void startsInACheckoutThatWasMoved() throws Exception {
    run("demo");
    root = Files.move(root, directory.resolve("elsewhere"));
    Files.delete(root.resolve("java.log"));

    String demo = run("demo").text();
    Files.delete(root.resolve("mvnw.log"));
    String again = run("demo").text();

    assertThat(demo)
        .contains("creating the AOT cache", "building the service and")
        .contains(extracted().toString());
    assertThat(again).doesNotContain("building", "creating");
    assertThat(root.resolve("java.log"))
        .content()
        .containsOnlyOnce("-Djarmode=tools")
        .containsOnlyOnce("-XX:AOTCacheOutput")
        .doesNotContain("checkout");
    assertThat(root.resolve("mvnw.log")).doesNotExist();
  }

  @Test
  void buildsAgainWhenASourceIsNewer() throws Exception {
    run("serve");
    Path source = root.resolve("doni-api/src/main/java/A.java");
    FileTime later =
        FileTime.from(
            Files.getLastModifiedTime(root.resolve("doni-api/target/doni.jar.original"))
                .toInstant()
                .plusSeconds(5));
    Files.setLastModifiedTime(source, later);

    assertThat(run("serve").text()).contains("building the service");
  }

  @Test
  void showsWhatMavenSaysWhenTheBuildFails() throws Exception {
    script("mvnw", "echo 'cannot compile A.java'", "exit 1");

    Result result = run("serve");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.text()).contains("cannot compile A.java", "doni: the build failed");
  }

  @Test
  void startsTheServiceWithItsAotCache() throws Exception {
    assertThat(run("serve", "--doni.home=two words").text())
        .endsWith(
            "-Xms160m -Xmx256m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -XX:+ExitOnOutOfMemoryError -Xlog:aot*=error -XX:AOTCache=%1$s/doni.aot -jar %1$s/doni.jar serve --doni.home=two words\n"
                .formatted(extracted()));
  }

  @Test
  void startsEveryOtherCommandWithoutTheCacheThatWouldSlowItDown() throws Exception {
    Result result = run("import", "--from", "two words");

    assertThat(result.text())
        .doesNotContain("creating the AOT cache")
        .endsWith(
            "-Xms160m -Xmx256m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -XX:+ExitOnOutOfMemoryError -Xlog:aot*=error -XX:TieredStopAtLevel=1 -jar %s/doni.jar import --from two words\n"
                .formatted(extracted()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"get", "sync --all", "import devices.csv --dry-run", "completion bash"})
  void startsACommandThatCallsAServiceFromAJarOfItsOwn(String line) throws Exception {
    Result result = run(line.split(" "));

    assertThat(result.text())
        .contains("doni: building the command line", "doni: creating the AOT cache")
        .endsWith(
            "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xmx512m -Xlog:aot*=error -XX:AOTCache=%1$s/doni.aot -Ddoni.terminal=false -cp %1$s/doni-cli.jar doni.command.DoniClient %2$s\n"
                .formatted(root.toRealPath().resolve("doni-cli/target/doni"), line));
    assertThat(root.resolve("doni-api/target")).doesNotExist();
    assertThat(run(line.split(" ")).text()).doesNotContain("building", "creating");
  }

  @Test
  void runsACommandWithoutACacheThatCouldNotBeMade() throws Exception {
    script("jdk/bin/java", "case $* in *AOTCacheOutput*) exit 1 ;; esac", "echo \"java:\" \"$@\"");

    assertThat(run("get").text()).contains("creating the AOT cache").doesNotContain("AOTCache=");
    assertThat(run("get").text()).doesNotContain("AOT cache", "AOTCache=");
  }

  @Test
  void createsTheCacheThatACommandLeftOut() throws Exception {
    run("doctor");

    assertThat(run("serve").text()).contains("creating the AOT cache", "-XX:AOTCache=");
  }

  @Test
  void rehearsesOnceAfterABuild() throws Exception {
    assertThat(run("serve").text()).contains("creating the AOT cache");
    assertThat(run("serve").text()).doesNotContain("AOT cache");

    assertThat(Files.readString(root.resolve("java.log")))
        .containsOnlyOnce("-XX:AOTCacheOutput=")
        .contains("doni.jar rehearse");
  }

  @Test
  void startsWithoutARehearsalThatFailedAndSaysSo() throws Exception {
    script(
        "jdk/bin/java",
        "cd '" + root + "'",
        "echo \"java as $$:\" \"$@\"",
        "case $* in",
        "  *-Djarmode=tools*) mkdir -p doni-api/target/doni ;;",
        "  *-XX:AOTCacheOutput=*) echo 'no room'; exit 1 ;;",
        "esac");

    assertThat(run("serve").text())
        .contains("no room", "doni: no AOT cache: the training run failed; starts take longer")
        .endsWith(
            "--enable-native-access=ALL-UNNAMED -XX:+ExitOnOutOfMemoryError -Xlog:aot*=error -jar "
                + root.toRealPath()
                + "/doni-api/target/doni/doni.jar serve\n");
    assertThat(run("serve").text()).doesNotContain("AOT cache");
  }

  @Test
  void takesTheOptionsForJavaFromTheEnvironment() throws Exception {
    Result result = run(Map.of("DONI_JAVA_OPTS", "-Xmx1g -XX:+UseG1GC"), "serve");

    assertThat(result.text())
        .contains(": -Xmx1g -XX:+UseG1GC --enable-native-access")
        .doesNotContain("SerialGC");
  }

  @Test
  void becomesJavaSoThatSignalsReachIt() throws Exception {
    Result result = run("serve");

    assertThat(result.text()).contains("java as " + result.pid() + ":");
  }

  @Test
  void runsTheDemoOnTheSimulatedSite() throws Exception {
    Result result = run("demo", "--port", "8101");

    assertThat(result.text())
        .contains("building the service and the simulated site")
        .endsWith(
            "/src/test/system/target/classes:%s/a.jar:b.jar doni.simulator.Demo --port 8101\n"
                .formatted(root.toRealPath()));
    assertThat(root.resolve("mvnw.log")).content().contains("-pl src/test");
  }

  @Test
  void buildsTheSiteForTheDemoOnly() throws Exception {
    run("serve");

    assertThat(run("demo").text()).contains("building");
    assertThat(run("demo").text()).doesNotContain("building");
  }

  @Test
  void stopsWithoutAJdk() throws Exception {
    script(".mvn/find-jdk", "echo 'no JDK 25 found; install one' >&2", "exit 1");

    Result result = run("serve");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.text()).isEqualTo("no JDK 25 found; install one\n");
  }

  @Test
  void worksThroughASymbolicLinkFromElsewhere() throws Exception {
    Path link = Files.createDirectories(root.resolve("bin")).resolve("doni");
    Files.createSymbolicLink(link, Path.of("../doni"));

    assertThat(start(link, Map.of(), "serve").text())
        .contains("/doni-api/target/doni/doni.jar serve");
  }

  private Path extracted() throws IOException {
    return root.toRealPath().resolve("doni-api/target/doni");
  }

  private record Result(int code, String text, long pid) {}

  /** A second launcher used to build and extract into the directory that the first one fills. */
  @Test
  void waitsForAnotherLauncherThatBuilds() throws Exception {
    Path maven = root.resolve("mvnw");
    String fast = Files.readString(maven);
    write("mvnw", fast + "read -r line <gate\n");
    assertThat(new ProcessBuilder("mkfifo", root.resolve("gate").toString()).start().waitFor())
        .isZero();

    Process first = new ProcessBuilder(root.resolve("doni").toString(), "serve").start();
    await().until(() -> Files.exists(root.resolve("mvnw.log")));
    Process second = new ProcessBuilder(root.resolve("doni").toString(), "serve").start();
    await().until(() -> second.children().anyMatch(LauncherTests::isFlock));
    write("gate", "go on\n");

    assertThat(first.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(root.resolve("mvnw.log")).content().hasLineCount(1);
    assertThat(root.resolve("java.log")).content().containsOnlyOnce("-Djarmode=tools");
  }

  private static boolean isFlock(ProcessHandle process) {
    return process.info().command().orElse("").endsWith("/flock");
  }

  private Result run(String... arguments) throws Exception {
    return run(Map.of(), arguments);
  }

  private Result run(Map<String, String> environment, String... arguments) throws Exception {
    return start(root.resolve("doni"), environment, arguments);
  }

  private Result start(Path launcher, Map<String, String> environment, String... arguments)
      throws Exception {
    ProcessBuilder builder = new ProcessBuilder(launcher.toString()).redirectErrorStream(true);
    builder.command().addAll(List.of(arguments));
    builder.environment().remove("DONI_JAVA_OPTS");
    builder.environment().putAll(environment);
    Path output = root.resolve("output");
    Process process = builder.redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(Duration.ofSeconds(30).toSeconds(), TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), Files.readString(output), process.pid());
  }

  private void script(String file, String... lines) throws IOException {
    write(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    executable(root.resolve(file));
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
