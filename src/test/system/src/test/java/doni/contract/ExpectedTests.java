package doni.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ExpectedTests {

  private static final String DEVICE =
      """
      {"status": 200, "body": {
        "uuid": "<uuid>", "project_id": "<project>", "updated_at": null,
        "created_at": "9999-99-99T99:99:99+99:99",
        "properties": {"k8s_bootstrap_token": "tttttt.tttttttttttttttt", "n": 1,
                       "channels": {"user": {"channel_type": "wireguard"}}},
        "workers": [{"worker_type": "a", "state": "PENDING", "state_details": {}},
                    {"worker_type": "b", "state": "PENDING", "state_details": {}}]}}
      """;

  private static final String RIGHT =
      """
      {"uuid": "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f",
        "project_id": "3f1c7b1e0d4a4a5f8e2b6c9d7a1f0e5c", "updated_at": null, "more": true,
        "created_at": "2031-03-03T12:00:00+00:00",
        "properties": {"k8s_bootstrap_token": "abcdef.0123456789abcdef", "n": 1,
                       "channels": {"user": {"channel_type": "wireguard"}}},
        "workers": [{"worker_type": "b", "state": "PENDING", "state_details": {"x": 1}},
                    {"worker_type": "a", "state": "PENDING", "state_details": {}}]}
      """;

  private static Expected expected(String json) {
    return new Expected(new JsonMapper().readTree(json));
  }

  private static Answer answer(int status, String body) {
    return new Answer(status, "application/json", body);
  }

  private static String error(int status, String text) {
    return "{\"error\": \"%s\", \"errors\": [{\"status\": %d, \"title\": \"%s\"}]}"
        .formatted(text, status, text);
  }

  @Test
  void acceptsARightAnswer() {
    assertThat(expected(DEVICE).shortcomings(answer(200, RIGHT))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f|not-a-uuid",
        "3f1c7b1e0d4a4a5f8e2b6c9d7a1f0e5c|alice-proj",
        "\"updated_at\": null|\"updated_at\": \"2031-03-03T12:00:00+00:00\"",
        "\"updated_at\": null,|",
        "12:00:00+00:00|12:00:00.5+00:00",
        "12:00:00+00:00|12:00:00Z",
        "abcdef.0123456789abcdef|abcdef",
        "abcdef.0123456789abcdef|ABCDEF.0123456789abcdef",
        "\"n\": 1|\"n\": \"1\"",
        "\"n\": 1|\"n\": 1, \"m\": 2",
        "\"n\": 1,|",
        "\"wireguard\"|\"wireguard\", \"x\": 1",
        "\"worker_type\": \"b\"|\"worker_type\": \"c\"",
        "\"state\": \"PENDING\"|\"state\": \"ERROR\"",
        "\"state_details\": {}}]|\"state_details\": {}}, {}]",
        "\"workers\": [|\"workers\": [[], "
      })
  void refusesAWrongAnswer(String right, String wrong) {
    String body = RIGHT.replace(right, wrong == null ? "" : wrong);

    assertThat(body).isNotEqualTo(RIGHT);
    assertThat(expected(DEVICE).shortcomings(answer(200, body))).isNotEmpty();
  }

  @Test
  void refusesAnotherStatus() {
    assertThat(expected(DEVICE).shortcomings(answer(201, RIGHT)))
        .containsExactly("status 201 instead of 200");
  }

  @Test
  void takesOneOfSeveralStatuses() {
    Expected expected = expected("{\"status\": [200, 204]}");

    assertThat(expected.shortcomings(answer(204, ""))).isEmpty();
    assertThat(expected.shortcomings(answer(202, ""))).isNotEmpty();
  }

  @Test
  void refusesARightBodyOfAnotherType() {
    assertThat(expected(DEVICE).shortcomings(new Answer(200, "text/html", RIGHT))).isNotEmpty();
  }

  @Test
  void wantsListsInTheirOrder() {
    Expected expected = expected("{\"status\": 200, \"body\": {\"hardware\": [1, 2]}}");

    assertThat(expected.shortcomings(answer(200, "{\"hardware\": [1, 2]}"))).isEmpty();
    assertThat(expected.shortcomings(answer(200, "{\"hardware\": [2, 1]}"))).isNotEmpty();
    assertThat(expected.shortcomings(answer(200, "{\"hardware\": [1, 2, 3]}"))).isNotEmpty();
  }

  @Test
  void wantsAnEmptyBodyWhereOneWasRecorded() {
    Expected expected = expected("{\"status\": 200, \"body\": \"\"}");

    assertThat(expected.shortcomings(new Answer(200, "", ""))).isEmpty();
    assertThat(expected.shortcomings(answer(200, "{}"))).isNotEmpty();
  }

  @Test
  void wantsTheErrorToMentionWhatWasWrong() {
    Expected expected = expected("{\"status\": 400, \"error_mentions\": \"limit\"}");

    assertThat(expected.shortcomings(answer(400, error(400, "limit: bad")))).isEmpty();
    assertThat(expected.shortcomings(answer(400, error(400, "bad")))).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bad",
        "[]",
        "{}",
        "{\"error\": \"x\"}",
        "{\"error\": \"\", \"errors\": [{\"status\": 404, \"title\": \"\"}]}",
        "{\"error\": 1, \"errors\": [{\"status\": 404, \"title\": 1}]}",
        "{\"error\": \"x\", \"errors\": [{\"status\": 404, \"title\": \"y\"}]}",
        "{\"error\": \"x\", \"errors\": [{\"status\": 400, \"title\": \"x\"}]}",
        "{\"error\": \"x\", \"errors\": [{\"status\": 404, \"title\": \"x\"}], \"trace\": \"y\"}",
        "{\"message\": \"x\"}"
      })
  void wantsTheOneErrorBody(String body) {
    assertThat(expected("{\"status\": 404}").shortcomings(answer(404, body))).isNotEmpty();
  }

  @Test
  void findsAUuidInsideAText() {
    Expected expected =
        expected("{\"status\": 404, \"body\": {\"error\": \"Hardware <uuid> not found.\"}}");

    assertThat(
            expected.shortcomings(
                answer(
                    404, error(404, "Hardware 00000000-0000-4000-8000-000000000000 not found."))))
        .isEmpty();
    assertThat(expected.shortcomings(answer(404, error(404, "Hardware x not found."))))
        .isNotEmpty();
  }
}
