package doni.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientNetworkTests {

  @ParameterizedTest
  @CsvSource({
    "2001:db8:0:1::1,          2001:db8:0:1:ffff:ffff:ffff:ffff",
    "2001:DB8::1,              2001:db8:0:0:a::",
    "[2001:db8::1],            2001:db8::2",
    "::ffff:192.0.2.1,         192.0.2.1"
  })
  void addressesOfOneNetworkAreOneClient(String one, String other) {
    assertThat(ClientNetwork.of(one)).isEqualTo(ClientNetwork.of(other));
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1,       192.0.2.2",
    "2001:db8:0:1::1, 2001:db8:0:2::1",
    "::1,             127.0.0.1"
  })
  void otherNetworksAreOtherClients(String one, String other) {
    assertThat(ClientNetwork.of(one)).isNotEqualTo(ClientNetwork.of(other));
  }

  @Test
  void textThatIsNoAddressStandsForItself() {
    assertThat(ClientNetwork.of("unknown")).isEqualTo("unknown");
    assertThat(ClientNetwork.of("")).isEmpty();
  }
}
