package doni.worker;

import doni.enrollment.HardwareId;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The file that a machine needs on its boot partition to be known at the site. */
public sealed interface BootConfiguration {

  /**
   * The device that the file is for.
   *
   * @param recorded details of the worker, with its secret ones as text
   */
  record BootingDevice(
      HardwareId id, String name, Instant enrolledAt, Map<String, Object> recorded) {

    /** Without the details, which hold secrets. */
    @Override
    public String toString() {
      return "BootingDevice[" + id + "]";
    }
  }

  /**
   * The file.
   *
   * @param members of its JSON object, in their order; they hold secrets
   */
  record BootFile(Map<String, @Nullable Object> members) implements BootConfiguration {

    public BootFile {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /** Without the members, which hold secrets. */
    @Override
    public String toString() {
      return "BootFile" + members.keySet();
    }
  }

  /**
   * There is no file yet.
   *
   * @param reason what is missing, and what to do about it
   */
  record NoBootFile(String reason) implements BootConfiguration {}
}
