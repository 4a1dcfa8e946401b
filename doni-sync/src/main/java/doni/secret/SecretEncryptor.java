package doni.secret;

import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import java.util.Map;

/**
 * Between JSON as stored, in which some values are encrypted, and values as workers get them, where
 * these are secrets.
 */
public interface SecretEncryptor {

  /** The member that stands in stored JSON for an encrypted value. */
  String ENCRYPTED_MEMBER = "$encrypted";

  /** Reads a device's properties; values that were encrypted come as {@link Secret}s. */
  Map<String, Object> decryptProperties(HardwareId id, String json);

  /**
   * Writes a device's properties; secrets, and fields that are to be encrypted at rest, are
   * encrypted.
   */
  String encryptProperties(HardwareId id, String hardwareType, Map<String, Object> properties);

  /**
   * Reads what a worker reported for a device; values that were encrypted come as {@link Secret}s.
   */
  Map<String, Object> decryptDetails(HardwareId id, String workerType, String json);

  /**
   * Writes what a worker reports for a device, without null values; its secret details are
   * encrypted.
   */
  String encryptDetails(HardwareId id, String workerType, Map<String, Object> details);

  /** Encrypts a value of a console session; it opens in that session and under that name only. */
  String encryptSessionValue(String session, String name, Secret value);

  /**
   * Decrypts what {@link #encryptSessionValue} returned.
   *
   * @throws UnreadableSecretException if no configured key opens it there
   */
  Secret decryptSessionValue(String session, String name, String stored);

  /** Thrown for a stored value that the configured keys cannot decrypt. */
  final class UnreadableSecretException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String reason;

    UnreadableSecretException(String reason, String place) {
      super("the stored value of " + place + " cannot be read: " + reason);
      this.reason = reason;
    }

    /** Why, without the place and the value. */
    String reason() {
      return reason;
    }
  }
}
