package doni.migration;

import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.hardware.ReservationWindowRecord;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A SHA-256 over values, which does not depend on the order of keys or on how a number is written.
 * A secret counts with its value.
 */
final class MigrationChecksum {

  private final byte[] digest;

  private MigrationChecksum(byte[] digest) {
    this.digest = digest;
  }

  static MigrationChecksum of(Object value) {
    StringBuilder text = new StringBuilder();
    append(text, value);
    return new MigrationChecksum(sha256().digest(text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  static MigrationChecksum ofEnrollment(
      HardwareId id,
      String name,
      String projectId,
      String hardwareType,
      Map<String, Object> properties,
      Instant createdAt,
      @Nullable Instant updatedAt,
      @Nullable Instant deletedAt,
      List<ReservationWindowRecord> windows) {
    Map<String, Object> byUuid = new HashMap<>();
    windows.forEach(stored ->
        byUuid.put(
            stored.window().uuid().toString(),
            list(
                stored.window().start(),
                stored.window().end(),
                stored.createdAt(),
                stored.updatedAt())));
    return of(
        list(
            id.toString(),
            name,
            projectId,
            hardwareType,
            properties,
            createdAt,
            updatedAt,
            deletedAt,
            byUuid));
  }

  /** What of a task counts. */
  static Object task(
      long served,
      long synced,
      @Nullable String outcome,
      @Nullable String reason,
      int deferCount,
      @Nullable Instant lastAttemptAt,
      Map<String, Object> details) {
    return list(served, synced, outcome, reason, deferCount, lastAttemptAt, details);
  }

  /** A fingerprint of many: of those that were added, in their order. */
  static final class Sum {
    private final MessageDigest all = sha256();

    void add(MigrationChecksum one) {
      all.update(one.digest);
    }

    /** The sum so far, in hex. */
    String text() {
      try {
        return HexFormat.of().formatHex(((MessageDigest) all.clone()).digest());
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException("this JDK's SHA-256 cannot be read half-way", e);
      }
    }
  }

  private static void append(StringBuilder text, @Nullable Object value) {
    switch (value) {
      case null -> text.append("null;");
      case Secret(String secret) -> append(text, secret);
      case Map<?, ?> map -> {
        text.append('{');
        Map<String, Object> sorted = new TreeMap<>();
        map.forEach((key, entry) -> sorted.put(String.valueOf(key), list(entry)));
        sorted.forEach((key, entry) -> {
          append(text, key);
          append(text, entry);
        });
        text.append('}');
      }
      case List<?> list -> {
        text.append('[');
        list.forEach(entry -> append(text, entry));
        text.append(']');
      }
      case Double number when !Double.isFinite(number) -> text.append(number).append(';');
      case Number number ->
          text.append(new BigDecimal(number.toString()).stripTrailingZeros().toPlainString())
              .append(';');
      case Boolean flag -> text.append(flag).append(';');
      default -> {
        // With its length, so that no text can look like two.
        String other = value.toString();
        text.append(other.length()).append(':').append(other);
      }
    }
  }

  private static List<@Nullable Object> list(@Nullable Object... values) {
    return Arrays.asList(values);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MigrationChecksum that && Arrays.equals(digest, that.digest);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(digest);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(digest);
  }
}
