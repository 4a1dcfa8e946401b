package doni.worker.k8s;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Notices when a file is there, and when it says something else.
 *
 * <p>It is looked at, not watched: a watch misses a mounted secret that is swapped by a symbolic
 * link. Used by one thread at a time.
 */
final class KubeconfigFile {

  private record Stamp(FileTime modified, long size, @Nullable Object key) {}

  private final Path path;
  private @Nullable Stamp stamp;
  private @Nullable String hash;

  KubeconfigFile(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /** What the file says, if it is something else than last time. */
  Optional<String> changed() {
    String before = hash;
    try {
      return stamp().equals(stamp)
          ? Optional.empty()
          : Optional.of(read()).filter(_ -> !same(before));
    } catch (IOException _) {
      // Absent, or just being replaced.
      stamp = null;
      return Optional.empty();
    }
  }

  /** What the file says, whether or not it is the same as last time; empty when there is none. */
  Optional<String> current() {
    try {
      return Optional.of(read());
    } catch (IOException _) {
      stamp = null;
      return Optional.empty();
    }
  }

  private boolean same(@Nullable String before) {
    return before != null && before.equals(hash);
  }

  private String read() throws IOException {
    // The stamp first: what is written in between is then seen next time.
    Stamp now = stamp();
    byte[] bytes = Files.readAllBytes(path);
    stamp = now;
    hash = hash(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private Stamp stamp() throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
