package doni.worker.balena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import doni.worker.balena.ODataRows.RowPath;
import org.junit.jupiter.api.Test;

class ODataRowsTests {

  @Test
  void encodesOnlyTheInsideOfAText() {
    assertThat(ODataRows.literal("o'brien & co + 100% / ü"))
        .isEqualTo("'o%27%27brien%20%26%20co%20%2B%20100%25%20%2F%20%C3%BC'");
  }

  @Test
  void leavesTheCharactersAroundAKeyAsTheyAre() {
    assertThat(RowPath.ofDevice("7c9e").path()).isEqualTo("/v7/device(uuid='7c9e')");
    assertThat(RowPath.of("device_environment_variable", 8).path())
        .isEqualTo("/v7/device_environment_variable(8)");
  }

  @Test
  void aRowNeedsAKey() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RowPath("device", " "))
        .withMessage("a row of device needs a key");
    assertThatIllegalArgumentException().isThrownBy(() -> RowPath.ofDevice(""));
  }
}
