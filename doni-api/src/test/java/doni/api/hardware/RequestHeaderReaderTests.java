package doni.api.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.request.RequestRefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

class RequestHeaderReaderTests {

  private static MockHttpServletRequest request(String name, String... values) {
    MockHttpServletRequest request = new MockHttpServletRequest();
    for (String value : values) {
      request.addHeader(name, value);
    }
    return request;
  }

  @Test
  void expectsNothingWithoutTheHeader() {
    assertThat(RequestHeaderReader.expected(request("If-Match"))).isNull();
  }

  @Test
  void expectsNothingOfAStar() {
    assertThat(RequestHeaderReader.expected(request("If-Match", "*"))).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"3\"|3",
        "\"3-5nCZ0kqTDhXkTeeM\"|3",
        "\"3-5n_Z0k-TDhXkTeeM\",\"4\"|3,4",
        "W/\"3-5nCZ0kqTDhXkTeeM\"|0",
        "\"3-\"|0",
        "\"3.5nCZ0kqTDhXkTeeM\"|0",
        "\"3\" , \"4\"|3,4",
        " \"3\",\"4\" |3,4",
        "W/\"3\"|0",
        "\"abc\"|0",
        "\"03\"|0",
        "\"\"|0",
        "\"3\",W/\"4\"|3,0",
        "\"99999999999999999999\"|0"
      })
  void readsTheTagsInTheirOrder(String header, String generations) {
    assertThat(RequestHeaderReader.expected(request("If-Match", header)))
        .map(String::valueOf)
        .containsExactly(generations.split(","));
  }

  @Test
  void joinsRepeatedHeaders() {
    assertThat(RequestHeaderReader.expected(request("If-Match", "\"3\"", "\"4\"")))
        .map(String::valueOf)
        .containsExactly("3", "4");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3",
        "\"3",
        "\"3\"x",
        "\"3\" \"4\"",
        "\"3\",",
        ",",
        "",
        "*,\"3\"",
        "w/\"3\"",
        "**"
      })
  void refusesWhatIsNoTag(String header) {
    assertThatThrownBy(() -> RequestHeaderReader.expected(request("If-Match", header)))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageStartingWith("If-Match:");
  }

  @Test
  void refusesTagsWithoutEnd() {
    String header = "\"1\"" + ",\"1\"".repeat(20);

    assertThatThrownBy(() -> RequestHeaderReader.expected(request("If-Match", header)))
        .isInstanceOf(RequestRefusedException.Invalid.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\tb", "\u00e4"})
  void refusesAKeyThatIsNotPrintableAscii(String key) {
    assertThatThrownBy(() -> RequestHeaderReader.idempotencyKey(request("Idempotency-Key", key)))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageStartingWith("Idempotency-Key:");
  }

  @Test
  void refusesAKeyThatIsTooLongOrGivenTwice() {
    assertThatThrownBy(
            () -> RequestHeaderReader.idempotencyKey(request("Idempotency-Key", "k".repeat(256))))
        .isInstanceOf(RequestRefusedException.Invalid.class);
    assertThatThrownBy(
            () -> RequestHeaderReader.idempotencyKey(request("Idempotency-Key", "a", "b")))
        .isInstanceOf(RequestRefusedException.Invalid.class);
  }

  @Test
  void readsAKey() {
    assertThat(RequestHeaderReader.idempotencyKey(request("Idempotency-Key", "k".repeat(255))))
        .hasSize(255);
    assertThat(RequestHeaderReader.idempotencyKey(request("Idempotency-Key"))).isNull();
  }
}
