package doni.enrollment;

import java.util.UUID;

/** The uuid under which a device is enrolled; it stays the same for its whole life. */
public record HardwareId(UUID value) {

  public static HardwareId random() {
    return new HardwareId(UUID.randomUUID());
  }

  /** Reads the canonical text form; anything else is an {@link IllegalArgumentException}. */
  public static HardwareId parse(String text) {
    return new HardwareId(UUID.fromString(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
