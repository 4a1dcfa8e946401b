package doni.database;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import io.zonky.test.db.postgres.util.ArchUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The programs of the embedded Postgres. They are on the class path of {@code doni.jar}, but not of
 * the container image, whose build takes them from a directory to train the JVM.
 *
 * @param directory with the jars that contain them; null for the class path
 */
public record EmbeddedPostgresPrograms(@Nullable Path directory) implements PgBinaryResolver {

  static final EmbeddedPostgresPrograms ON_CLASS_PATH = new EmbeddedPostgresPrograms(null);

  /** What is wrong with {@code spring.datasource.url} where it is empty and there are none. */
  public static final String MISSING =
      "must be set, because this installation has no embedded Postgres; for example"
          + " jdbc:postgresql://db.example.org/doni";

  /** Returns whether the class path has them. */
  public static boolean onClassPath() {
    try (InputStream found =
        onClassPath(System.getProperty("os.name"), System.getProperty("os.arch"))) {
      return found != null;
    } catch (IOException _) {
      return false;
    }
  }

  private static @Nullable InputStream onClassPath(String system, String architecture)
      throws IOException {
    try {
      return DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, architecture);
    } catch (IllegalStateException _) {
      // There are none.
      return null;
    }
  }

  /**
   * Opens the archive of the programs.
   *
   * @throws InvalidConfigurationPropertyValueException if there is none for this system
   */
  @Override
  public InputStream getPgBinary(String system, String architecture) throws IOException {
    InputStream archive =
        directory == null
            ? onClassPath(system, architecture)
            : find(directory, archive(system, architecture));
    if (archive == null) {
      throw new InvalidConfigurationPropertyValueException("spring.datasource.url", null, MISSING);
    }
    return archive;
  }

  private static String archive(String system, String architecture) {
    return "postgres-%s-%s.txz"
        .formatted(system.toLowerCase(Locale.ROOT), ArchUtils.normalize(architecture));
  }

  private static @Nullable InputStream find(Path directory, String archive) throws IOException {
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(directory, "*.jar")) {
      for (Path path : jars) {
        try (JarFile jar = new JarFile(path.toFile())) {
          ZipEntry entry = jar.getEntry(archive);
          if (entry != null) {
            return new ByteArrayInputStream(jar.getInputStream(entry).readAllBytes());
          }
        }
      }
    }
    return null;
  }
}
