package doni.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Set;

/** What is enrolled at a site that has all workers. */
final class WholeSite {

  static final Set<String> OF_A_DEVICE = Set.of("k8s", "tunelo", "blazar.device", "balena");
  static final Set<String> OF_A_HOST = Set.of("ironic", "blazar.physical_host");

  /** A WireGuard key, and another one. */
  static final String KEY = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

  static final String OTHER_KEY = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

  static final String MAC = "52:54:00:aa:00:01";

  private WholeSite() {}

  /**
   * An edge device with both channels.
   *
   * @param secret of its application credential
   * @param more further properties as JSON that begins with a comma; may be empty
   */
  static String device(String name, String secret, String more) {
    return """
    {"name": "%s", "hardware_type": "device.balena", "properties": {
      "machine_name": "%s", "contact_email": "a@example.org",
      "application_credential_id": "credential-of-%s", "application_credential_secret": "%s",
      "channels": {"user": {"channel_type": "wireguard", "public_key": "%s"},
                   "mgmt": {"channel_type": "wireguard", "public_key": "%s"}}%s}}
    """
        .formatted(name, Owner.RASPBERRY, name, secret, KEY, OTHER_KEY, more);
  }

  /** An edge device as one of many, each with keys of its own. */
  static String numberedDevice(String prefix, int number) {
    return device(prefix + "-" + number, "s3cret", "")
        .replace(KEY, key(2 * number + 1))
        .replace(OTHER_KEY, key(2 * number + 2));
  }

  /** A WireGuard key; another one for each number. */
  static String key(int number) {
    return Base64.getEncoder().encodeToString(ByteBuffer.allocate(32).putInt(number).array());
  }

  /** A host as one of many, each with an interface of its own. */
  static String numberedHost(String prefix, int number) {
    return host(prefix + "-" + number, "s3cret")
        .replace(MAC, "52:54:00:aa:%02x:%02x".formatted(number / 256, number % 256));
  }

  static String host(String name, String password) {
    return """
    {"name": "%s", "hardware_type": "baremetal", "properties": {
      "management_address": "192.0.2.10", "ipmi_username": "admin", "ipmi_password": "%s",
      "cpu_arch": "x86_64", "interfaces": [{"name": "eno1", "mac_address": "%s"}]}}
    """
        .formatted(name, password, MAC);
  }

  static Enrolled enroll(Owner owner, String enrollment) throws IOException, InterruptedException {
    return owner.enrolled(owner.http().post(Owner.HARDWARE, enrollment));
  }

  /** As Balena knows a device. */
  static String balenaUuid(Enrolled device) {
    String uuid = device.uuid().toString().replace("-", "");
    assertThat(uuid).hasSize(32);
    return uuid;
  }
}
