package doni.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The service as the launcher starts it: the jar extracted, with its AOT cache beside it. A start
 * takes a third of the time of the executable jar, and the tests start the service about a hundred
 * times.
 *
 * <p>The system property {@code doni.jar} names another jar to test.
 */
public final class BuiltService {

  private static final Path LAUNCHER =
      Path.of(System.getProperty("doni.launcher")).toAbsolutePath().normalize();

  private BuiltService() {}

  /** The extracted jar. The launcher prepares it, once per build, and builds what is not built. */
  public static Path jar() {
    return Prepared.JAR;
  }

  /** The jar as the build makes it, with all libraries inside. */
  public static Path executableJar() {
    Path _ = jar();
    return LAUNCHER.resolveSibling("doni-api/target/doni.jar");
  }

  private static final class Prepared {
    private static final Path JAR = prepare();

    private static Path prepare() {
      String given = System.getProperty("doni.jar", "");
      if (!given.isEmpty()) {
        return Path.of(given).toAbsolutePath().normalize();
      }
      ProcessBuilder launcher =
          new ProcessBuilder(LAUNCHER.toString(), "serve", "--help").redirectErrorStream(true);
      launcher.environment().put("JAVA_HOME", System.getProperty("java.home"));
      try {
        Process process = launcher.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
          throw new IllegalStateException("the launcher cannot prepare the service: " + output);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while the launcher prepares the service", e);
      }
      return LAUNCHER.resolveSibling("doni-api/target/doni/doni.jar");
    }
  }
}
