package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Secret;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class BootstrapTokenTests {

  @Test
  void generatesTokensThatTheApiServerAccepts() {
    assertThat(Stream.generate(BootstrapToken::generate).limit(1000))
        .allMatch(token -> token.matches(BootstrapToken.PATTERN))
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "abc123",
        "abc123.0123456789abcde",
        "ABC123.0123456789abcdef",
        "abc123-0123456789abcdef",
        "abc123.0123456789abcdef\n"
      })
  void refusesMalformedTokens(String text) {
    assertThat(BootstrapToken.parse(new Secret(text))).isEmpty();
  }

  @Test
  void showsItsIdOnly() {
    BootstrapToken token =
        BootstrapToken.parse(new Secret("abc123.0123456789abcdef")).orElseThrow();

    assertThat(token.toString()).contains("abc123").doesNotContain("0123456789abcdef");
  }
}
