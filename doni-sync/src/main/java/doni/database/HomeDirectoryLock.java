package doni.database;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** One Doni at a time in one {@code doni.home}; the kernel lets go of the lock of a killed one. */
final class HomeDirectoryLock {

  private static final String KEY = "doni.home";

  private HomeDirectoryLock() {}

  /**
   * Makes the directory and takes its lock, which holds until the channel is closed.
   *
   * @throws InvalidConfigurationPropertyValueException where it cannot be written, or another Doni
   *     has it
   */
  static FileChannel take(Path home) {
    try {
      Files.createDirectories(home);
      FileChannel channel =
          FileChannel.open(
              home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!isFree(channel)) {
        channel.close();
        throw new InvalidConfigurationPropertyValueException(
            KEY,
            home,
            "another Doni runs there; stop it, choose another doni.home, or configure"
                + " spring.datasource.url for both");
      }
      return channel;
    } catch (IOException e) {
      throw new InvalidConfigurationPropertyValueException(
          KEY,
          home,
          "cannot be written ("
              + e.getClass().getSimpleName()
              + "); allowed: a directory that the service may make and write to",
          e);
    }
  }

  private static boolean isFree(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException _) {
      // Held by this very JVM: the same answer as for another process.
      return false;
    }
  }
}
