package doni.api.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdmissionLimitsTests {

  private static final long MIB = 1024 * 1024;
  private static final AdmissionProperties DERIVED = new AdmissionProperties(0, 0, 0, 0, 0);

  @ParameterizedTest
  @CsvSource({
    "16, 128, 16, 1, 8, 1",
    "256, 1024, 32, 2, 16, 1",
    "512, 2048, 64, 4, 32, 2",
    "65536, 8192, 256, 16, 128, 8",
  })
  void fitInTheHeap(
      long heapMib,
      int connections,
      int requests,
      int imports,
      int requestsPerProject,
      int importsPerProject) {
    assertThat(AdmissionLimits.of(DERIVED, heapMib * MIB))
        .isEqualTo(
            new AdmissionLimits(
                connections, requests, imports, requestsPerProject, importsPerProject));
  }

  @Test
  void areTakenFromTheConfiguration() {
    assertThat(AdmissionLimits.of(new AdmissionProperties(7, 5, 3, 4, 9), 256 * MIB))
        .isEqualTo(new AdmissionLimits(7, 5, 3, 4, 9));
  }

  @Test
  void refuseWhatCannotBeALimit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdmissionProperties(0, -1, 0, 0, 0))
        .withMessage("doni.limits.requests is '-1'; allowed: 0 (derived) to 65536");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdmissionProperties(65_537, 0, 0, 0, 0))
        .withMessageStartingWith("doni.limits.connections is '65537'; allowed: ");
  }
}
