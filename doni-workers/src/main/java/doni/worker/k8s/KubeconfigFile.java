package doni.worker.k8s;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The kubeconfig, which may appear and be replaced at any time, with the files that it refers to.
 *
 * <p>They are polled, not watched: a watch misses a mounted secret that is swapped by a symbolic
 * link. Used by one thread at a time.
 */
final class KubeconfigFile {

  /** What shows that a file was replaced or written. */
  record FileVersion(FileTime modified, long size, @Nullable Object key) {

    /** Returns the present version; empty when the file is absent. */
    static Optional<FileVersion> of(Path file) {
      try {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return Optional.of(
            new FileVersion(
                attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
      } catch (IOException _) {
        return Optional.empty();
      }
    }
  }

  private final Path path;
  private Optional<FileVersion> version = Optional.empty();
  private Map<Path, Optional<FileVersion>> referenced = Map.of();
  private @Nullable String hash;

  KubeconfigFile(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /**
   * Sets the files whose content is part of the kubeconfig.
   *
   * @param files with their versions before they were read
   */
  void refersTo(Map<Path, Optional<FileVersion>> files) {
    referenced = Map.copyOf(files);
  }

  /** Returns the content, if it or a referenced file differs from what was returned last. */
  Optional<String> changed() {
    Map<Path, Optional<FileVersion>> now = new HashMap<>();
    referenced.keySet().forEach(file -> now.put(file, FileVersion.of(file)));
    boolean others = !now.equals(referenced);
    if (!others && FileVersion.of(path).equals(version)) {
      return Optional.empty();
    }
    referenced = now;
    String before = hash;
    return current().filter(_ -> others || !same(before));
  }

  /** Returns the content; empty when there is no file. */
  Optional<String> current() {
    try {
      // The version first: what is written in between is then seen next time.
      Optional<FileVersion> now = FileVersion.of(path);
      byte[] bytes = Files.readAllBytes(path);
      version = now;
      hash = hash(bytes);
      return Optional.of(new String(bytes, StandardCharsets.UTF_8));
    } catch (IOException _) {
      // Absent, or being replaced.
      version = Optional.empty();
      return Optional.empty();
    }
  }

  private boolean same(@Nullable String before) {
    return before != null && before.equals(hash);
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
