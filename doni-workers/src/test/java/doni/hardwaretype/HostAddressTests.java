package doni.hardwaretype;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostAddressTests {

  private static List<String> violations(Map<String, Object> properties) {
    return BaremetalType.create().rules().stream()
        .flatMap(rule -> rule.violations(properties).stream())
        .toList();
  }

  private static List<String> ofManagement(String address) {
    return violations(Map.of("management_address", address));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bmc-01", "bmc.example.org", "1and1.example", "10.0.0.1", "127.0.0.1", "192.168.255.255",
        "2001:db8::1", "::1", "fe80::1", "::ffff:10.0.0.1", "a.10.b", "0-0"
      })
  void acceptsAddressOfOneHost(String address) {
    assertThat(ofManagement(address)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "999.1.1.1",
        "010.000.000.001",
        "1.2.3",
        "1.2.3.4.5",
        "256.0.0.1",
        "1.2.3.04",
        "12345",
        "bmc.42",
        "10.0.0.0x1",
        "1.2.3.4."
      })
  void refusesWhatOnlyLooksLikeAnIpv4Address(String address) {
    assertThat(ofManagement(address))
        .containsExactly(
            "/properties/management_address: must be a host name, an IPv6 address, or an IPv4"
                + " address of four numbers from 0 to 255 without leading zeros");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "0.1.2.3",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "ff02::1",
        "::ffff:224.0.0.1"
      })
  void refusesAddressOfNoHostOrOfMany(String address) {
    assertThat(ofManagement(address))
        .containsExactly("/properties/management_address: must be the address of one host");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "01:00:5e:00:00:01",
        "33:33:00:00:00:01",
        "03:00:00:00:00:00",
        "FF:FF:FF:FF:FF:FF"
      })
  void refusesMacAddressOfNoInterface(String address) {
    assertThat(violations(Map.of("interfaces", List.of(Map.of("mac_address", address)))))
        .containsExactly(
            "/properties/interfaces/0/mac_address: must be the address of one interface, neither a"
                + " group address nor zeros only");
  }

  @Test
  void acceptsLocallyAdministeredMacAddress() {
    List<Map<String, String>> interfaces =
        List.of(
            Map.of("mac_address", "52:54:00:aa:00:01"),
            Map.of("mac_address", "02:00:00:00:00:00"),
            Map.of("mac_address", "FE:FF:FF:FF:FF:FF"));

    assertThat(violations(Map.of("interfaces", interfaces))).isEmpty();
  }
}
