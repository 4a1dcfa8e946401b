package doni.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MailAddressTests {

  @ParameterizedTest
  @ValueSource(
      strings = {"owner@example.org", "Ada.Lovelace+doni@Mail.Example.ORG", "o'neil@a-b.example"})
  void acceptsOnePlainAddress(String text) {
    assertThat(MailAddress.parse(text))
        .map(MailAddress::text)
        .contains(text.toLowerCase(Locale.ROOT));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "owner",
        "owner@localhost",
        "@example.org",
        "owner@",
        "a@b@example.org",
        "a@example.org, b@example.org",
        "a@example.org;b@example.org",
        "a@example.org b@example.org",
        "Ada <ada@example.org>",
        "<ada@example.org>",
        "\"a b\"@example.org",
        "ada(comment)@example.org",
        "ada@[127.0.0.1]",
        "ada@example.org\r\nBcc: all@example.org",
        "ada@example.org\nSubject: x",
        "ada@example.org\r\nRCPT TO:<b@example.org>",
        "\r\nada@example.org",
        "ada\u0000@example.org",
        "ada@example.org\u2028",
        "a..b@example.org",
        ".a@example.org",
        "ada@-example.org",
        "ada@example..org",
        "ada@b\u00fccher.example",
        "ada@example.org\u0130"
      })
  void acceptsNothingElse(String text) {
    assertThat(MailAddress.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 65})
  void limitsTheLength(int local) {
    assertThat(MailAddress.parse("a".repeat(local) + "@example.org").isPresent())
        .isEqualTo(local == 64);
    assertThat(MailAddress.parse("a@" + "b.".repeat(126) + "org")).isEmpty();
  }
}
