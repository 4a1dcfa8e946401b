package doni.simulator.http;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Controls a simulated API from another process.
 *
 * <pre>
 * POST   /_site/faults       {"method": "PATCH", "path": "/api/v1/nodes/.*", "latency_ms": 200,
 *                             "status": 503, "body": "...", "headers": {"Retry-After": "2"},
 *                             "hang": true, "drop": true, "times": 3, "after_the_work": true}
 *                            all of it may be left out; 201 {"id": 1}
 * GET    /_site/faults       those that can still hit
 * DELETE /_site/faults[/ID]  takes all, or one, back
 * GET    /_site/calls        {"total", "writes", "peak", "calls": [...]}
 * DELETE /_site/calls        forgets them
 * </pre>
 */
final class SiteControl {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private SiteControl() {}

  static boolean concerns(Request request) {
    return request.path().startsWith("/_site/");
  }

  static void register(Router router, Faults faults, Calls calls) {
    router
        .route("POST", "/_site/faults", request -> add(faults, request))
        .route("GET", "/_site/faults", request -> Answer.json(200, listed(faults)))
        .route(
            "DELETE",
            "/_site/faults",
            request -> {
              faults.clear();
              return Answer.empty(204);
            })
        .route("DELETE", "/_site/faults/{id}", request -> clear(faults, request))
        .route("GET", "/_site/calls", request -> Answer.json(200, listed(calls)))
        .route(
            "DELETE",
            "/_site/calls",
            request -> {
              calls.clear();
              return Answer.empty(204);
            });
  }

  private static Answer add(Faults faults, Request request) {
    try {
      Faults.Injected added = faults.add(fault(request.json()));
      return Answer.json(201, NODES.objectNode().put("id", added.id()));
    } catch (IllegalArgumentException e) {
      return Answer.json(400, NODES.objectNode().put("error", e.getMessage()));
    }
  }

  private static Answer clear(Faults faults, Request request) {
    String id = request.variable("id");
    boolean cleared = id.matches("\\d{1,18}") && faults.clear(Long.parseLong(id));
    return Answer.empty(cleared ? 204 : 404);
  }

  private static Fault fault(JsonNode json) {
    Fault fault =
        Fault.on(json.path("method").asString("*"), json.path("path").asString(".*"))
            .delayed(Duration.ofMillis(json.path("latency_ms").asLong(0)))
            .times(json.path("times").asInt(0));
    if (json.path("after_the_work").asBoolean(false)) {
      fault = fault.afterTheWork();
    }
    if (json.path("hang").asBoolean(false)) {
      return fault.hanging();
    }
    if (json.path("drop").asBoolean(false)) {
      return fault.dropping();
    }
    if (!json.has("status")) {
      return fault;
    }
    Map<String, String> headers = new HashMap<>();
    json.path("headers")
        .properties()
        .forEach(e -> headers.put(e.getKey(), e.getValue().asString()));
    JsonNode body = json.path("body");
    String text = body.isMissingNode() ? "" : body.isString() ? body.asString() : body.toString();
    return fault.answering(json.path("status").asInt(), text, headers);
  }

  private static JsonNode listed(Faults faults) {
    ArrayNode all = NODES.arrayNode();
    for (Faults.Injected one : faults.active()) {
      all.addObject()
          .put("id", one.id())
          .put("method", one.fault().method())
          .put("path", one.fault().path().pattern())
          .put("effect", one.fault().effect().getClass().getSimpleName())
          .put("latency_ms", one.fault().latency().toMillis())
          .put("times", one.fault().times())
          .put("hits", one.hits());
    }
    return all;
  }

  private static JsonNode listed(Calls calls) {
    ObjectNode summary =
        NODES
            .objectNode()
            .put("total", calls.total())
            .put("writes", calls.writes())
            .put("peak", calls.peak());
    ArrayNode all = summary.putArray("calls");
    for (Call call : calls.all()) {
      all.addObject()
          .put("method", call.method())
          .put("path", call.path())
          .put("query", call.query())
          .put("status", call.status())
          .put("at", call.at().toString())
          .put("took_ms", call.took().toMillis());
    }
    return summary;
  }
}
