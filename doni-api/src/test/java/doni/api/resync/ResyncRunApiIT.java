package doni.api.resync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.reset;
import static org.mockito.Mockito.when;

import doni.api.Http;
import doni.api.RestTest;
import doni.engine.attempt.Planner.WorkerPlan;
import doni.enrollment.HardwareId;
import doni.hardware.HardwarePlanService;
import doni.request.RequestRefusedException;
import doni.resync.ResyncRun;
import doni.resync.ResyncRun.ReasonCount;
import doni.resync.ResyncRun.State;
import doni.resync.ResyncService;
import doni.worker.Change;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@RestTest
class ResyncRunApiIT {

  private static final UUID UUID_ = UUID.fromString("3f2c8d5e-7f0b-4f0e-9f0c-1a2b3c4d5e6f");
  private static final Instant NOON = Instant.parse("2031-03-03T12:00:00.987654Z");
  private static final ResyncRun RUN =
      new ResyncRun(
          UUID_,
          State.RUNNING,
          Map.of("worker_type", "k8s"),
          "admin-id",
          NOON,
          null,
          new ResyncRun.RunProgress(
              4_000,
              1_600,
              12,
              3,
              List.of(new ReasonCount("kubernetes answered 500", 12, "k8s", List.of("edge-01"))),
              List.of(new ReasonCount("no node", 3, "k8s", List.of("edge-02", "edge-03"))),
              812.5,
              NOON.plusSeconds(3)));

  private final Http http;
  private final ResyncService runs;
  private final HardwarePlanService plans;

  @Autowired
  ResyncRunApiIT(@LocalServerPort int port, ResyncService runs, HardwarePlanService plans) {
    this.http = new Http(port);
    this.runs = runs;
    this.plans = plans;
  }

  @BeforeEach
  void forget() {
    reset(runs, plans);
  }

  @Test
  void beginsARunAndTellsWhereItIs() {
    when(runs.start(any(), eq(Map.of("worker_type", "k8s")))).thenReturn(RUN);

    Http.Answer answer = http.post("/v1/hardware/sync", "{\"worker_type\": \"k8s\"}");

    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.header("Location")).endsWith("/v1/sync/" + UUID_);
    JsonNode json = answer.json();
    assertThat(json.propertyNames())
        .containsExactly(
            "uuid",
            "state",
            "filter",
            "requested_by",
            "created_at",
            "ended_at",
            "total",
            "done",
            "failed",
            "deferred",
            "failures",
            "waiting",
            "rate_per_second",
            "estimated_end");
    assertThat(json.path("state").asString()).isEqualTo("RUNNING");
    assertThat(json.at("/filter/worker_type").asString()).isEqualTo("k8s");
    assertThat(json.path("created_at").asString()).isEqualTo("2031-03-03T12:00:00+00:00");
    assertThat(json.path("ended_at").isNull()).isTrue();
    assertThat(json.path("done").asLong()).isEqualTo(1_600);
    assertThat(json.at("/failures/0/count").asLong()).isEqualTo(12);
    assertThat(json.at("/waiting/0/reason").asString()).isEqualTo("no node");
    assertThat(json.at("/waiting/0/worker_type").asString()).isEqualTo("k8s");
    assertThat(json.at("/waiting/0/devices/1").asString()).isEqualTo("edge-03");
    assertThat(json.path("rate_per_second").asDouble()).isEqualTo(812.5);
  }

  @Test
  void needsNoBody() {
    when(runs.start(any(), eq(Map.of()))).thenReturn(RUN);

    assertThat(http.send("POST", "/v1/hardware/sync", "").status()).isEqualTo(202);
    assertThat(http.send("POST", "/v1/hardware/sync/", "").status()).isEqualTo(202);
    assertThat(http.post("/v1/hardware/sync", "{}").status()).isEqualTo(202);
  }

  @Test
  void refusesABodyThatIsNoObject() {
    assertThat(http.post("/v1/hardware/sync", "[]").status()).isEqualTo(400);
    assertThat(http.post("/v1/hardware/sync", "{").status()).isEqualTo(400);
    assertThat(http.send("POST", "/v1/hardware/sync", "all", "Content-Type", "text/plain").status())
        .isEqualTo(415);
  }

  @Test
  void listsRunsPageByPage() {
    when(runs.list(any(), eq(1), eq(null))).thenReturn(List.of(RUN));
    when(runs.list(any(), eq(1), eq(UUID_))).thenReturn(List.of());

    JsonNode page = http.get("/v1/sync?limit=1").json();

    assertThat(page.at("/sync/0/uuid").asString()).isEqualTo(UUID_.toString());
    assertThat(page.at("/links/0/href").asString()).endsWith("/v1/sync?limit=1&marker=" + UUID_);
    assertThat(http.get("/v1/sync?limit=1&marker=" + UUID_).json().path("links")).isEmpty();
    assertThat(http.get("/v1/sync?limit=no&marker=x").error())
        .contains("limit: must be", "marker: must be the UUID of a run");
  }

  @Test
  void showsAndSteersOne() {
    when(runs.get(any(), eq(UUID_))).thenReturn(RUN);
    when(runs.pause(any(), eq(UUID_))).thenReturn(RUN);
    when(runs.resume(any(), eq(UUID_))).thenReturn(RUN);
    when(runs.cancel(any(), eq(UUID_))).thenThrow(new RequestRefusedException.Conflict("is DONE"));

    assertThat(http.get("/v1/sync/" + UUID_).status()).isEqualTo(200);
    assertThat(http.send("POST", "/v1/sync/" + UUID_ + "/pause", "").status()).isEqualTo(200);
    assertThat(http.send("POST", "/v1/sync/" + UUID_ + "/resume", "").status()).isEqualTo(200);
    assertThat(http.send("POST", "/v1/sync/" + UUID_ + "/cancel", "").status()).isEqualTo(409);
    assertThat(http.get("/v1/sync/nothing").status()).isEqualTo(404);
    assertThat(http.get("/v1/sync", "X-Auth-Token", "invalid").status()).isEqualTo(401);
  }

  @Test
  void showsAPlan() {
    HardwareId id = HardwareId.random();
    when(plans.plan(any(), eq("edge-01")))
        .thenReturn(
            new HardwarePlanService.DevicePlan(
                id,
                List.of(
                    new WorkerPlan("k8s", List.of(Change.update("label a", null, "b")), null),
                    new WorkerPlan("balena", List.of(), "balena did not answer"))));

    JsonNode plan = http.get("/v1/hardware/edge-01/plan").json();

    assertThat(plan.path("hardware_uuid").asString()).isEqualTo(id.toString());
    assertThat(plan.at("/workers/0/worker_type").asString()).isEqualTo("k8s");
    assertThat(plan.at("/workers/0/changes/0/action").asString()).isEqualTo("UPDATE");
    assertThat(plan.at("/workers/0/changes/0/from").isNull()).isTrue();
    assertThat(plan.at("/workers/0/changes/0/to").asString()).isEqualTo("b");
    assertThat(plan.at("/workers/0/reason").isNull()).isTrue();
    assertThat(plan.at("/workers/1/reason").asString()).isEqualTo("balena did not answer");
    assertThat(plan.has("deleted_at")).isFalse();
    assertThat(plan.at("/workers/0").has("blocked_by")).isFalse();
  }

  @Test
  void showsWhatBlocksTheCleanupOfADeletedDevice() {
    HardwareId id = HardwareId.random();
    when(plans.plan(any(), eq(id.toString())))
        .thenReturn(
            new HardwarePlanService.DevicePlan(
                id,
                List.of(new WorkerPlan("k8s", List.of(Change.delete("node a")), null)),
                Instant.parse("2031-03-03T12:00:00.5Z"),
                Map.of("k8s", "kubernetes answered 403: forbidden")));

    JsonNode plan = http.get("/v1/hardware/" + id + "/plan").json();

    assertThat(plan.path("deleted_at").asString()).isEqualTo("2031-03-03T12:00:00+00:00");
    assertThat(plan.at("/workers/0/blocked_by").asString())
        .isEqualTo("kubernetes answered 403: forbidden");
  }
}
