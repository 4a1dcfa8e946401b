package doni.openstack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

class ServiceErrorMessageTests {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // Blazar's five, Ironic's two and its middleware's, Tunelo's, Keystone's, Neutron's,
        // Nova's.
        "{\"error_code\":404,\"error_message\":\"no device\",\"error_name\":404} | no device",
        "{\"error_code\":500,\"error_message\":\"oops\",\"error_name\":\"INTERNAL_SERVER_ERROR\"} | oops",
        "{\"error\":404,\"error_message\":\"no such URL\"} | no such URL",
        "{\"error\":{\"code\":401,\"title\":\"Unauthorized\",\"message\":\"no token\"}} | no token",
        "{\"message\":\"no Keystone\",\"code\":\"503 Service Unavailable\",\"title\":\"t\"} | no Keystone",
        "an accident in plain text | an accident in plain text",
        "{\"error_message\":\"{\\\"faultcode\\\":\\\"Client\\\",\\\"faultstring\\\":\\\"Node is locked\\\",\\\"debuginfo\\\":null}\"} | Node is locked",
        "{\"error_message\":\"{\\\"code\\\":406,\\\"title\\\":\\\"Not Acceptable\\\",\\\"description\\\":\\\"no version\\\"}\"} | no version",
        "{\"error_message\":{\"faultcode\":\"Client\",\"faultstring\":\"an object\"}} | an object",
        "{\"error\":\"Channel U not found.\"} | Channel U not found.",
        "{\"NeutronError\":{\"type\":\"OverQuota\",\"message\":\"quota\",\"detail\":\"\"}} | quota",
        "{\"badRequest\":{\"message\":\"bad\",\"code\":400}} | bad",
        "{\"error\":{\"title\":\"Only a title\"}} | Only a title",
        "<html><head><title>400 Bad Request</title></head><body><h1>Bad Request</h1><p>why</p></body></html> | Bad Request why",
        "{\"something\":\"else\"} | {\"something\":\"else\"}",
      })
  void findsTheServicesOwnWords(String body, String words) {
    assertThat(ServiceErrorMessage.find(json(body), body)).isEqualTo(words);
  }

  @Test
  void makesOneLine() {
    assertThat(ServiceErrorMessage.find(MissingNode.getInstance(), "one\r\n  two\tthree"))
        .isEqualTo("one two three");
  }

  @Test
  void isBounded() {
    assertThat(ServiceErrorMessage.bounded("x".repeat(5_000))).hasSize(300).endsWith("...");
  }

  private static JsonNode json(String body) {
    try {
      return MaskedJson.MAPPER.readTree(body);
    } catch (JacksonException _) {
      return MissingNode.getInstance();
    }
  }
}
