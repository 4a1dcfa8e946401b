package doni.worker.balena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class ODataTests {

  @Test
  void encodesWhatIsInsideOfAText() {
    assertThat(OData.literal("o'brien & co + 100% / ü"))
        .isEqualTo("'o%27%27brien%20%26%20co%20%2B%20100%25%20%2F%20%C3%BC'");
  }

  @Test
  void leavesTheSignsOfAKeyAlone() {
    assertThat(OData.Row.ofDevice("7c9e").path()).isEqualTo("/v7/device(uuid='7c9e')");
    assertThat(OData.Row.of("device_environment_variable", 8).path())
        .isEqualTo("/v7/device_environment_variable(8)");
  }

  @Test
  void refusesToNameNoSingleRow() {
    assertThatIllegalArgumentException().isThrownBy(() -> new OData.Row("device", " "));
    assertThatIllegalArgumentException().isThrownBy(() -> OData.Row.ofDevice(""));
  }
}
