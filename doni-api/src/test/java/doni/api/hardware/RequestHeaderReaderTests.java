package doni.api.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.enrollment.Generation;
import doni.request.RequestRefusedException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

class RequestHeaderReaderTests {

  /** The generations that a change is tried at, as long as the device is at none of them. */
  private static List<@Nullable Generation> tried(String... ifMatch) {
    List<@Nullable Generation> tried = new ArrayList<>();
    assertThatThrownBy(() ->
            RequestHeaderReader.atExpected(
                request("If-Match", ifMatch),
                generation -> {
                  tried.add(generation);
                  throw new RequestRefusedException.Stale("stale");
                }))
        .isInstanceOf(RequestRefusedException.Stale.class);
    return tried;
  }

  private static MockHttpServletRequest request(String name, String... values) {
    MockHttpServletRequest request = new MockHttpServletRequest();
    for (String value : values) {
      request.addHeader(name, value);
    }
    return request;
  }

  @Test
  void expectsNothingWithoutTheHeader() {
    assertThat(tried()).hasSize(1).containsOnlyNulls();
  }

  @Test
  void expectsNothingOfAStar() {
    assertThat(tried("*")).hasSize(1).containsOnlyNulls();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"3\"|3",
        "\"3\" , \"4\"|3,4",
        " \"3\",\"4\" |3,4",
        "W/\"3\"|0",
        "\"abc\"|0",
        "\"03\"|0",
        "\"\"|0",
        "\"3\",W/\"4\"|3,0",
        "\"99999999999999999999\"|0"
      })
  void triesTheTagsInTheirOrder(String header, String generations) {
    assertThat(tried(header)).map(String::valueOf).containsExactly(generations.split(","));
  }

  @Test
  void joinsRepeatedHeaders() {
    assertThat(tried("\"3\"", "\"4\"")).map(String::valueOf).containsExactly("3", "4");
  }

  @Test
  void stopsAtTheTagThatMatches() {
    String changed =
        RequestHeaderReader.atExpected(
            request("If-Match", "\"3\", \"4\", \"5\""),
            generation -> {
              if (generation == null || generation.value() < 4) {
                throw new RequestRefusedException.Stale("stale");
              }
              return generation.toString();
            });

    assertThat(changed).isEqualTo("4");
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
    assertThatThrownBy(() ->
            RequestHeaderReader.atExpected(request("If-Match", header), generation -> "never"))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageStartingWith("If-Match:");
  }

  @Test
  void refusesTagsWithoutEnd() {
    String header = "\"1\"" + ",\"1\"".repeat(20);

    assertThatThrownBy(() ->
            RequestHeaderReader.atExpected(request("If-Match", header), generation -> "never"))
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
