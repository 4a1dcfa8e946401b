package doni.enrollment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SecretTests {

  private static final Secret SECRET = new Secret("can\"ary\\1");

  @Test
  void isMaskedHoweverItIsWritten() {
    assertThat(
            SECRET.maskedIn("plain can\"ary\\1, JSON {\"p\": \"can\\\"ary\\\\1\"}, Y2FuImFyeVwx"))
        .isEqualTo("plain %1$s, JSON {\"p\": \"%1$s\"}, %1$s".formatted(Secret.MASK));
  }

  @Test
  void leavesOtherTextsAlone() {
    assertThat(SECRET.maskedIn("canary")).isEqualTo("canary");
    assertThat(new Secret("").maskedIn("canary")).isEqualTo("canary");
  }

  @Test
  void isAMaskItself() {
    assertThat(SECRET).hasToString(Secret.MASK);
  }
}
