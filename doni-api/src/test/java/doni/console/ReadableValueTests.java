package doni.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

class ReadableValueTests {

  static Stream<Arguments> values() {
    return Stream.of(
        Arguments.of("\"its node is ready\"", "its node is ready"),
        Arguments.of("3", "3"),
        Arguments.of("true", "true"),
        Arguments.of("[\"a\", \"b\"]", "a; b"),
        Arguments.of("{}", "–"),
        Arguments.of("[]", "–"),
        Arguments.of("{\"before\": \"online\", \"reason\": null}", "before: online · reason: –"),
        Arguments.of(
            "{\"user\": {\"channel_type\": \"wireguard\", \"public_key\": \"AQ==\"}, \"mgmt\": {}}",
            "user: (channel_type: wireguard, public_key: AQ==) · mgmt: –"),
        Arguments.of("{\"changes\": []}", "changes: –"),
        Arguments.of(
            """
            {"changes": [{"action": "CREATE", "object": "device d1"},
              {"to": "pi", "from": "old", "action": "UPDATE", "object": "device name"},
              {"to": "rpi", "action": "CREATE", "object": "label"}]}
            """,
            "changes: create device d1; update device name: old → pi; create label: rpi"),
        Arguments.of(
            "{\"changed\": [{\"to\": \"r12\", \"from\": \"r11\", \"field\": \"labels.rack\"}]}",
            "changed: labels.rack: r11 → r12"),
        Arguments.of(
            "{\"field\": \"labels.rack\", \"from\": \"r11\", \"to\": null}",
            "labels.rack: r11 → –"));
  }

  @ParameterizedTest
  @MethodSource("values")
  void isWithoutTheSignsOfJson(String json, String text) {
    assertThat(ReadableValue.of(new JsonMapper().readValue(json, Object.class))).isEqualTo(text);
  }

  @Test
  void isADashForNothing() {
    assertThat(ReadableValue.of(null)).isEqualTo("–");
    assertThat(ReadableValue.of(Map.of())).isEqualTo("–");
  }
}
