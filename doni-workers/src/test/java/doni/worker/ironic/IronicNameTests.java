package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IronicNameTests {

  @ParameterizedTest
  @CsvSource({
    "nc01, true",
    "rack-1.node_2~a, true",
    "state, true",
    "states, false",
    "maintenance, false",
    "vendor_passthru, false",
    "5b1e6f0a-2c3d-4e5f-8a9b-0c1d2e3f4a5b, false",
    "5b1e6f0a2c3d4e5f8a9b0c1d2e3f4a5b, false",
    "5b1e6f0a2c3d4e5f8a9b0c1d2e3f4a5, true",
    "nc 01, false",
    "nc/01, false",
    "nö01, false",
  })
  void refusesAtEnrollmentWhatIronicRefuses(String name, boolean accepted) {
    String pattern = String.valueOf(IronicDesiredState.nameSchema().get("pattern"));

    assertThat(name.matches(pattern)).isEqualTo(accepted);
  }
}
