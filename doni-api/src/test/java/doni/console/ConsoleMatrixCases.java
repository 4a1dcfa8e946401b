package doni.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every page and action of the console, for every kind of caller, beside the operation of the API
 * that does the same; run in the service of {@link ConsoleIT}.
 */
abstract class ConsoleMatrixCases {

  private static final List<String> CALLERS =
      List.of("anonymous", "reader", "member", "stranger", "admin");

  private static final String LIST = "GET /v1/hardware";
  private static final String ONE = "GET /v1/hardware/{id}";

  /** The console narrows to the project of a caller who may not see all, as a client must. */
  private static final String EVENTS = "GET /v1/events?project_id={own}";

  private static final String RUNS = "GET /v1/sync";
  private static final String RUN = "GET /v1/sync/{run}";
  private static final String CREATE = "POST /v1/hardware";
  private static final String CHANGE = "PATCH /v1/hardware/{id}";
  private static final String SYNC = "POST /v1/hardware/{id}/sync";

  private static final Map<String, String> PROJECTS =
      Map.of("anonymous", "p", "reader", "p", "member", "p", "stranger", "q", "admin", "ops");

  /** Without a counterpart in the API: each caller may use them, or they decide by themselves. */
  private static final Set<String> OPEN =
      Set.of(
          "GET /console/login",
          "POST /console/login",
          "GET /console/login/websso/{choice}",
          "POST /console/auth/websso",
          "POST /console/logout",
          "GET /console/project",
          "POST /console/project",
          "GET /console/assets/{hash}/{name}",
          "ANY /console/",
          "ANY /console/**",
          "ANY /console/unavailable",
          "ANY /console/form-expired",
          "ANY /console/refused");

  /**
   * A page or an action.
   *
   * @param mapping as the controller has it
   * @param path what is requested
   * @param api the operation that does the same
   * @param fields of the form, as pairs of name and value
   */
  private record MatrixRow(String mapping, String path, String api, List<String> fields) {

    static MatrixRow of(String mapping, String api, String... fields) {
      return new MatrixRow(
          mapping, mapping.substring(mapping.indexOf(' ') + 1), api, List.of(fields));
    }

    MatrixRow at(String newPath) {
      return new MatrixRow(mapping, newPath, api, fields);
    }
  }

  private static final List<MatrixRow> ROWS =
      List.of(
          MatrixRow.of("GET /console", "GET /v1/summary"),
          MatrixRow.of("GET /console/fleet", "GET /v1/summary"),
          MatrixRow.of("GET /console/public", "GET /v1/hardware/export"),
          MatrixRow.of("GET /console/mine", LIST),
          MatrixRow.of("GET /console/devices", LIST),
          MatrixRow.of("GET /console/devices", LIST + "?all_projects=True")
              .at("/console/devices?all_projects=True"),
          MatrixRow.of("GET /console/devices/export", LIST),
          MatrixRow.of("GET /console/devices/{ref}", ONE),
          MatrixRow.of("GET /console/devices/{ref}/live", ONE),
          MatrixRow.of("GET /console/devices/{ref}/plan", "GET /v1/hardware/{id}/plan"),
          MatrixRow.of("GET /console/devices/{ref}/edit", CHANGE),
          MatrixRow.of(
              "POST /console/devices/{ref}/edit",
              CHANGE,
              "generation",
              "1",
              "/name",
              "{name}",
              "/properties/machine_name",
              "raspberrypi4-64",
              "/properties/contact_email",
              "owner@example.org",
              "/properties/application_credential_id",
              "ac"),
          MatrixRow.of(
              "GET /console/devices/{ref}/config.json", "GET /v1/hardware/{id}/config.json"),
          MatrixRow.of("POST /console/devices/{ref}/sync", SYNC),
          MatrixRow.of(
              "POST /console/devices/{ref}/quarantine", "POST /v1/hardware/{id}/quarantine"),
          MatrixRow.of("POST /console/devices/{ref}/release", "POST /v1/hardware/{id}/release"),
          MatrixRow.of("GET /console/devices/{ref}/delete", "DELETE /v1/hardware/{id}"),
          MatrixRow.of(
              "POST /console/devices/{ref}/delete", "DELETE /v1/hardware/{id}", "generation", "1"),
          MatrixRow.of(
              "POST /console/devices/batch/run", SYNC, "action", "resync", "device", "{id}"),
          MatrixRow.of(
              "POST /console/devices/batch/run",
              "POST /v1/hardware/{id}/quarantine",
              "action",
              "quarantine",
              "device",
              "{id}"),
          // It changes nothing, and shows the devices that the caller may see.
          MatrixRow.of("POST /console/devices/batch", ONE, "action", "resync", "device", "{id}"),
          MatrixRow.of("GET /console/enroll", CREATE),
          MatrixRow.of(
              "POST /console/enroll",
              CREATE,
              "type",
              "device.balena",
              "key",
              "{uuid}",
              "/name",
              "{name}",
              "/properties/machine_name",
              "raspberrypi4-64",
              "/properties/contact_email",
              "owner@example.org",
              "/properties/application_credential_id",
              "ac",
              "/properties/application_credential_secret",
              "secret-of-the-matrix"),
          // The API refuses each row of a caller who may not enroll; the console refuses the file.
          MatrixRow.of("GET /console/import", CREATE),
          MatrixRow.of("POST /console/import", CREATE),
          MatrixRow.of("GET /console/runs", RUNS),
          MatrixRow.of("GET /console/runs/live", RUNS),
          MatrixRow.of("GET /console/runs/{uuid}", RUN),
          MatrixRow.of("GET /console/runs/{uuid}/live", RUN),
          MatrixRow.of("POST /console/runs/{uuid}/pause", "POST /v1/sync/{run}/pause"),
          MatrixRow.of("POST /console/runs/{uuid}/resume", "POST /v1/sync/{run}/resume"),
          MatrixRow.of("POST /console/runs/{uuid}/cancel", "POST /v1/sync/{run}/cancel"),
          MatrixRow.of("GET /console/activity", EVENTS),
          MatrixRow.of("GET /console/activity/live", EVENTS),
          MatrixRow.of("GET /console/live", EVENTS),
          MatrixRow.of("GET /console/live", "GET /v1/hardware/{id}/events")
              .at("/console/live?device={ref}"),
          MatrixRow.of("GET /console/live", RUNS).at("/console/live?runs=true"),
          MatrixRow.of("GET /console/site", "GET /v1/summary"),
          MatrixRow.of("GET /console/site/live", "GET /v1/summary"),
          // As a resync of the site: it makes Doni call every backend.
          MatrixRow.of("POST /console/site/checks", RUNS));

  /** A client of the API. */
  interface ApiClient {

    /**
     * @param user whose token is sent; one of a user who is unknown is not valid
     */
    HttpResponse<String> send(String user, String method, String path, String body);
  }

  private final Function<String, ConsoleBrowser> logIn;
  private final UnaryOperator<String> enroll;
  private final ApiClient api;
  private final RequestMappingHandlerMapping mappings;
  private final Map<String, ConsoleBrowser> browsers = new LinkedHashMap<>();
  private int names;

  /**
   * @param logIn logs a user in; does not for one who is unknown
   * @param enroll enrolls a device of project {@code p} by its name, and returns its UUID
   */
  ConsoleMatrixCases(
      Function<String, ConsoleBrowser> logIn,
      UnaryOperator<String> enroll,
      ApiClient api,
      RequestMappingHandlerMapping mappings) {
    this.logIn = logIn;
    this.enroll = enroll;
    this.api = api;
    this.mappings = mappings;
  }

  /** A new page cannot be forgotten here. */
  @Test
  void everyPageAndActionHasARow() {
    Set<String> served = new TreeSet<>();
    mappings
        .getHandlerMethods()
        .forEach((mapping, method) -> {
          if (method.getBeanType().getPackageName().equals("doni.console")) {
            for (String pattern : mapping.getPatternValues()) {
              Set<?> methods = mapping.getMethodsCondition().getMethods();
              (methods.isEmpty() ? Set.of("ANY") : methods)
                  .forEach(verb -> served.add(verb + " " + pattern));
            }
          }
        });
    Set<String> known = new TreeSet<>(OPEN);
    ROWS.forEach(row -> known.add(row.mapping()));

    assertThat(known).isEqualTo(served);
  }

  @TestFactory
  Stream<DynamicTest> eachCallerGetsTheAnswerOfTheApi() {
    return ROWS.stream()
        .map(row ->
            dynamicTest(
                row.path() + " " + row.fields().stream().limit(2).toList(),
                () -> {
                  Map<String, String> console = new LinkedHashMap<>();
                  Map<String, String> operation = new LinkedHashMap<>();
                  for (String caller : CALLERS) {
                    console.put(caller, ofConsole(row, caller));
                    operation.put(caller, ofApi(row, caller));
                  }
                  assertThat(console).isEqualTo(operation);
                }));
  }

  private String ofConsole(MatrixRow row, String caller) {
    Map<String, String> names = named(caller);
    String path = filled(row.path(), names);
    ConsoleBrowser browser = browsers.computeIfAbsent(caller, logIn);
    if (path.startsWith("/console/live")) {
      HttpResponse<Stream<String>> stream = browser.open(path);
      stream.body().close();
      return outcome(stream.statusCode(), stream.headers().firstValue("Location").orElse(""));
    }
    if (row.mapping().startsWith("GET ")) {
      HttpResponse<String> page = browser.get(path);
      return outcome(page.statusCode(), page.headers().firstValue("Location").orElse(""));
    }
    List<String> fields = new ArrayList<>();
    row.fields().forEach(field -> fields.add(filled(field, names)));
    // The token of a form: every page has one, also the login.
    browser.get(caller.equals("anonymous") ? "/console/login" : "/console/devices");
    HttpResponse<String> answer =
        path.equals("/console/import")
            ? browser.postParts(
                path + "?_csrf=" + browser.formToken(), "mode", "row", "file", line(names))
            : browser.post(path, fields.toArray(String[]::new));
    if (answer.body().contains("Done for 0 of 1 devices.")) {
      // The result names what was refused for each device, and why.
      return answer.body().contains("is disallowed by policy") ? "403" : "other refusal";
    }
    return outcome(answer.statusCode(), answer.headers().firstValue("Location").orElse(""));
  }

  private String ofApi(MatrixRow row, String caller) {
    Map<String, String> names = named(caller);
    String[] operation = filled(row.api(), names).split(" ", 2);
    String body =
        switch (row.api()) {
          case CREATE -> line(names);
          case CHANGE ->
              "[{\"op\": \"replace\", \"path\": \"/name\", \"value\": \"%s\"}]"
                  .formatted(names.get("{name}"));
          default -> "";
        };
    HttpResponse<String> answer = api.send(caller, operation[0], operation[1], body);
    return outcome(answer.statusCode(), "");
  }

  /** Returns the status of a refusal; a browser is led to the login where a client gets 401. */
  private static String outcome(int status, String location) {
    if (status == 401 || location.startsWith("/console/login")) {
      return "login";
    }
    return status < 400 ? "done" : Integer.toString(status);
  }

  /** A device and a run of this request only: what one caller does must not show to another. */
  private Map<String, String> named(String caller) {
    String name = "matrix-" + names++;
    String id = enroll.apply(name);
    String run =
        api.send("admin", "POST", "/v1/hardware/sync", "{\"names\": [\"%s\"]}".formatted(name))
            .body();
    return Map.of(
        "{id}",
        id,
        "{ref}",
        id,
        "{run}",
        new JsonMapper().readTree(run).path("uuid").asString(),
        "{uuid}",
        UUID.randomUUID().toString(),
        "{name}",
        "other-" + name,
        "{own}",
        PROJECTS.get(caller));
  }

  private static String filled(String text, Map<String, String> names) {
    String filled = text;
    if (text.contains("/runs/")) {
      filled = filled.replace("{uuid}", names.get("{run}"));
    }
    for (Map.Entry<String, String> name : names.entrySet()) {
      filled = filled.replace(name.getKey(), name.getValue());
    }
    return filled;
  }

  private static String line(Map<String, String> names) {
    return """
    {"name": "%s", "hardware_type": "device.balena", "properties": {"machine_name": "raspberrypi4-64", \
    "contact_email": "owner@example.org", "application_credential_id": "ac", \
    "application_credential_secret": "secret-of-the-matrix"}}\
    """
        .formatted(names.get("{name}"));
  }
}
