package doni.simulator.ironic;

import doni.simulator.http.Answer;
import doni.simulator.http.Refusal;
import doni.simulator.http.Request;
import doni.simulator.http.Router;
import doni.simulator.keystone.User;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What all calls have in common: the version, who calls, one at a time, and pages. */
final class Api {

  static final int NEWEST = 82;

  private static final String HEADER = "X-OpenStack-Ironic-API-";
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)");
  private static final int PAGE = 1000;

  /**
   * Who calls, and how.
   *
   * @param minor of the version 1
   */
  record Caller(User user, int minor) {
    boolean isAdmin() {
      return user.roles().contains("admin");
    }

    void demandAdmin(String rule) {
      if (!isAdmin()) {
        throw IronicError.forbidden(rule);
      }
    }
  }

  /** Answers a call whose caller is known. */
  interface Handler {
    Answer handle(Request request, Caller caller);
  }

  private final Function<String, Optional<User>> holders;
  private final Conductor conductor;

  Api(Function<String, Optional<User>> holders, Conductor conductor) {
    this.holders = holders;
    this.conductor = conductor;
  }

  Router.Handler with(Handler handler) {
    return request -> {
      int minor = 1;
      Answer answer;
      try {
        User user =
            holders
                .apply(request.header("x-auth-token").orElse(""))
                .orElseThrow(IronicError::unauthorized);
        minor = minor(request);
        Caller caller = new Caller(user, minor);
        answer = conductor.exclusively(() -> handler.handle(request, caller));
      } catch (Refusal refusal) {
        answer = refusal.answer();
      } catch (JacksonException e) {
        answer = IronicError.server(500, "Expecting value: line 1 column 10 (char 9)").answer();
      }
      return versioned(answer, minor);
    };
  }

  private static int minor(Request request) {
    String asked = request.header("x-openstack-ironic-api-version").orElse("1.1");
    if (asked.equals("latest")) {
      return NEWEST;
    }
    Matcher version = VERSION.matcher(asked);
    if (!version.matches()) {
      throw notAcceptable("Invalid value for X-OpenStack-Ironic-API-Version header");
    }
    int minor = Integer.parseInt(version.group(2));
    if (!version.group(1).equals("1") || minor < 1 || minor > NEWEST) {
      throw notAcceptable(
          "Version %s was requested but the minor version is not supported by this service. The supported version range is: [1.1, 1.%d]."
              .formatted(asked, NEWEST));
    }
    return minor;
  }

  private static Refusal notAcceptable(String description) {
    return new Refusal(description, IronicError.routing(406, description));
  }

  static Answer versioned(Answer answer, int minor) {
    if (!(answer instanceof Answer.Full full) || full.status() == 401) {
      return answer;
    }
    Map<String, String> headers = new HashMap<>(full.headers());
    if (full.status() != 406) {
      headers.put(HEADER + "Version", "1." + minor);
    }
    headers.put(HEADER + "Minimum-Version", "1.1");
    headers.put(HEADER + "Maximum-Version", "1." + NEWEST);
    return new Answer.Full(full.status(), headers, full.contentType(), full.body());
  }

  static List<String> fields(Request request) {
    return request
        .query("fields")
        .filter(text -> !text.isBlank())
        .map(text -> Arrays.asList(text.split(",", -1)))
        .orElse(List.of());
  }

  static boolean detailed(Request request) {
    boolean detail = request.query("detail").filter("True"::equals).isPresent();
    if (detail && request.query("fields").isPresent()) {
      throw IronicError.client(400, "Can not specify ?detail=True and fields in the same request.");
    }
    return detail;
  }

  /**
   * One page. The link to the next one keeps {@code detail} and {@code fields}, and loses every
   * filter, as that of the real API does.
   */
  static Answer page(Request request, String name, List<ObjectNode> documents, List<String> shown) {
    int first = 0;
    String marker = request.query("marker").orElse("");
    for (int i = 0; i < documents.size(); i++) {
      if (documents.get(i).path("uuid").asString().equals(marker)) {
        first = i + 1;
      }
    }
    int limit = Math.min(request.query("limit").map(Integer::parseInt).orElse(PAGE), PAGE);
    int end = Math.min(documents.size(), first + limit);
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode list = body.putArray(name);
    documents.subList(first, end).forEach(document -> list.add(Documents.only(document, shown)));
    // As the real one: a page that is full may be the last.
    if (end > first && end - first == limit) {
      String last = documents.get(end - 1).path("uuid").asString();
      body.put("next", next(request, limit, last));
    }
    return Answer.json(200, body);
  }

  private static String next(Request request, int limit, String marker) {
    String path = request.path().endsWith("/ports") ? "/v1/ports" : request.path();
    String fields =
        request
            .query("fields")
            .or(() ->
                path.equals("/v1/ports") && request.query("detail").isEmpty()
                    ? Optional.of("uuid,address")
                    : Optional.empty())
            .map(text -> "&fields=" + text)
            .orElse("");
    String detail = request.query("detail").map(text -> "&detail=" + text).orElse("");
    return "http://ironic:6385%s?sort_key=id&sort_dir=asc%s%s&limit=%d&marker=%s"
        .formatted(path, detail, fields, limit, marker);
  }

  static boolean isUuid(String text) {
    return text.matches("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");
  }

  static Answer location(int status, String path) {
    return new Answer.Full(status, Map.of("Location", "http://ironic:6385" + path), "", "");
  }

  static Answer created(String path, JsonNode body) {
    return Answer.json(201, body, Map.of("Location", "http://ironic:6385" + path));
  }
}
