package doni.api.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManagementPropertiesTests {

  @ParameterizedTest
  @CsvSource({", 8001, 8002", ", 0, 0", "9000, 8001, 9000", "9000, 0, 9000", "8001, 8001, 8001"})
  void choosesThePortBesideThatOfTheApi(@Nullable Integer configured, int api, int expected) {
    assertThat(new ManagementProperties(configured, null).portBeside(api)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 65_536})
  void refusesAPortOutOfRange(int port) {
    assertThatThrownBy(() -> new ManagementProperties(port, null))
        .hasMessage("doni.management.port is '%d'; allowed: 1 to 65535", port);
  }
}
