package doni.command;

import static org.assertj.core.api.Assertions.assertThat;

import doni.client.JsonValue;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code doni plan --all} against a service that answers what the test says. */
class PlanCommandTests {

  private static final String NONE = "{\"plans\": [], \"summary\": [], \"links\": []}";

  private static final String FIRST =
      """
      {"plans": [
        {"hardware_uuid": "u1", "name": "edge-01", "workers": [
          {"worker_type": "k8s", "reason": null, "changes": [
            {"action": "CREATE", "object": "secret a", "from": null, "to": null},
            {"action": "UPDATE", "object": "label b", "from": "x", "to": "y"}]},
          {"worker_type": "tunelo", "drift_mode": "shadow", "reason": null, "changes": [
            {"action": "DELETE", "object": "channel c", "from": null, "to": null}]}]},
        {"hardware_uuid": "u2", "name": "edge-02", "workers": [
          {"worker_type": "k8s", "reason": null, "changes": []}]}],
       "summary": [],
       "links": [{"rel": "next", "href": "http://h/v1/plan?all_projects=true&limit=100&marker=u2"}]}
      """;

  private static final String SECOND =
      """
      {"plans": [
        {"hardware_uuid": "u3", "name": "edge-03", "workers": [
          {"worker_type": "k8s", "reason": "circuit open: kubernetes", "changes": []}]}],
       "summary": [], "links": []}
      """;

  private static final String DELETED =
      """
      {"plans": [
        {"hardware_uuid": "u4", "name": "old", "deleted_at": "2031-03-05T12:00:00+00:00", "workers": [
          {"worker_type": "k8s", "reason": null, "blocked_by": null, "changes": [
            {"action": "DELETE", "object": "node old", "from": null, "to": null}]}]}],
       "summary": [], "links": []}
      """;

  private final FakeService service;

  PlanCommandTests() throws IOException {
    service = new FakeService();
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void namesEachChangeAndEndsWithOneLinePerWorker() {
    service.answer(FIRST).answer(SECOND).answer(DELETED);

    FakeService.Ended ended = service.run("plan", "--all");

    assertThat(ended.code()).isEqualTo(3);
    assertThat(ended.out().lines())
        .containsExactly(
            "edge-01, k8s: CREATE secret a",
            "edge-01, k8s: UPDATE label b: x -> y",
            "edge-01, tunelo: DELETE channel c",
            "edge-03, k8s: no plan: circuit open: kubernetes",
            "old (deleted), k8s: DELETE node old",
            "4 devices planned",
            "k8s: 1 to create, 1 to change, 1 to delete, 1 unchanged, 1 unknown because circuit"
                + " open: kubernetes (1)",
            "tunelo (shadow, writes nothing): 0 to create, 0 to change, 1 to delete, 0 unchanged, 0"
                + " unknown");
    assertThat(service.requests())
        .containsExactly(
            "GET /v1/plan?limit=100&all_projects=true",
            "GET /v1/plan?all_projects=true&limit=100&marker=u2",
            "GET /v1/plan?limit=100&all_projects=true&deleted=true");
  }

  @Test
  void plansTheCallersProjectWhereThePolicyRefusesOthers() {
    service
        .answer(403, "{\"error\": \"hardware:get is disallowed by policy\"}")
        .answer(NONE)
        .answer(NONE);

    FakeService.Ended ended = service.run("plan", "--all", "-l", "site=north");

    assertThat(ended.code()).isZero();
    assertThat(ended.out()).isEqualTo("0 devices planned\n");
    assertThat(ended.err())
        .isEqualTo("only devices of your project: the policy refuses other projects\n");
    assertThat(service.requests())
        .containsExactly(
            "GET /v1/plan?limit=100&selector=site%3Dnorth&all_projects=true",
            "GET /v1/plan?limit=100&selector=site%3Dnorth",
            "GET /v1/plan?limit=100&selector=site%3Dnorth&deleted=true");
  }

  @Test
  void printsOneJsonDocument() {
    service.answer(FIRST).answer(SECOND).answer(NONE);

    JsonValue document = JsonValue.parse(service.run("plan", "--all", "-o", "json").out());

    assertThat(document.path("plans").elements()).hasSize(3);
    assertThat(document.path("summary").compact())
        .isEqualTo(
            "[{\"worker_type\":\"k8s\",\"create\":1,\"update\":1,\"delete\":0,\"unchanged\":1,"
                + "\"unknown\":{\"circuit open: kubernetes\":1}},"
                + "{\"worker_type\":\"tunelo\",\"drift_mode\":\"shadow\",\"create\":0,\"update\":0,"
                + "\"delete\":1,\"unchanged\":0,\"unknown\":{}}]");
  }

  @Test
  void saysOfOneDeviceThatTheLaneIsInShadow() {
    service.answer(
        """
        {"hardware_uuid": "u1", "workers": [
          {"worker_type": "tunelo", "drift_mode": "shadow", "reason": null, "changes": [
            {"action": "DELETE", "object": "channel c", "from": null, "to": null}]}]}
        """);

    assertThat(service.run("plan", "edge-01").out().lines())
        .containsExactly(
            "edge-01 (u1)",
            "  tunelo:",
            "    (in shadow: reported, not written)",
            "    DELETE channel c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plan edge-01 --all", "plan -l site=north", "plan edge-01 -l site=north"})
  void refusesWhatMakesNoSense(String line) {
    FakeService.Ended ended = service.run(line.split(" "));

    assertThat(ended.code()).isEqualTo(2);
    assertThat(service.requests()).isEmpty();
  }
}
