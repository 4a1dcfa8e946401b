package doni.simulator.kubernetes;

import doni.simulator.http.Answer;
import doni.simulator.http.Request;
import doni.simulator.http.Router;
import doni.simulator.kubernetes.Access.Right;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The calls on one kind of object. */
final class ObjectApi {

  private static final Set<String> NAMESPACES =
      Set.of("default", "kube-node-lease", "kube-public", "kube-system");

  private final Kind kind;
  private final ObjectStore store;
  private final Access access;
  private final Supplier<Duration> bookmarkEvery;

  ObjectApi(Kind kind, ObjectStore store, Access access, Supplier<Duration> bookmarkEvery) {
    this.kind = kind;
    this.store = store;
    this.access = access;
    this.bookmarkEvery = bookmarkEvery;
  }

  void register(Router router) {
    String all =
        (kind.namespaced() ? "/api/v1/namespaces/{namespace}/" : "/api/v1/") + kind.plural();
    String one = all + "/{name}";
    router
        .route("GET", all, this::listOrWatch)
        .route("POST", all, this::create)
        .route("GET", one, this::get)
        .route("PUT", one, this::replace)
        .route("PATCH", one, this::patch)
        .route("DELETE", one, this::delete);
    if (kind.namespaced()) {
      router.route("GET", "/api/v1/" + kind.plural(), this::listOrWatch);
    }
    if (kind == Kind.NODE) {
      router.route("PATCH", one + "/status", this::patchStatus);
    }
  }

  private Answer listOrWatch(Request request) {
    boolean watch = Set.of("1", "true").contains(request.query("watch").orElse(""));
    require(request, watch ? "watch" : "list", kind.plural());
    String namespace = request.variable("namespace");
    var wanted = Selection.of(request, namespace);
    if (watch) {
      return watch(request, wanted);
    }
    ObjectStore.Listing listing = store.list(kind, wanted);
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("kind", kind.title() + "List").put("apiVersion", "v1");
    body.putObject("metadata").put("resourceVersion", Long.toString(listing.version()));
    ArrayNode items = body.putArray("items");
    listing.objects().forEach(items::add);
    return Answer.json(200, body);
  }

  private Answer watch(Request request, Predicate<ObjectNode> wanted) {
    if (request.header("upgrade").orElse("").equalsIgnoreCase("websocket")) {
      // A watch over WebSocket is not simulated. Clients that try it first take this answer as
      // "speak plain HTTP".
      return Answer.empty(200);
    }
    boolean bookmarks = request.query("allowWatchBookmarks").orElse("").equals("true");
    WatchStream.Wish wish =
        new WatchStream.Wish(
            kind,
            wanted,
            number(request, "resourceVersion", 0),
            Duration.ofSeconds(number(request, "timeoutSeconds", 1800)),
            bookmarks ? bookmarkEvery.get() : Duration.ZERO);
    return new Answer.Stream(200, Map.of(), "application/json", new WatchStream(store, wish));
  }

  private Answer get(Request request) {
    require(request, "get", kind.plural());
    ObjectKey key = key(request);
    return Answer.json(
        200,
        store.find(kind, key).orElseThrow(() -> StatusError.notFound(kind.plural(), key.name())));
  }

  private Answer create(Request request) {
    require(request, "create", kind.plural());
    ObjectNode object = Changes.object(kind, request);
    String namespace = request.variable("namespace");
    if (kind.namespaced()) {
      if (!NAMESPACES.contains(namespace)) {
        throw StatusError.notFound("namespaces", namespace);
      }
      Objects.metadata(object).put("namespace", namespace);
    }
    Changes.complete(kind, object);
    Rules.check(kind, object);
    return Answer.json(
        201, store.create(kind, new ObjectKey(namespace, Objects.name(object)), object));
  }

  private Answer replace(Request request) {
    require(request, "update", kind.plural());
    ObjectNode body = Changes.object(kind, request);
    return changed(request, current -> Changes.accept(kind, current, body.deepCopy()));
  }

  private Answer patch(Request request) {
    require(request, "patch", kind.plural());
    String type = request.mediaType();
    JsonNode patch = request.json();
    return changed(
        request,
        current -> Changes.accept(kind, current, Patches.apply(type, current.deepCopy(), patch)));
  }

  private Answer patchStatus(Request request) {
    require(request, "patch", kind.plural() + "/status");
    String type = request.mediaType();
    JsonNode patch = request.json();
    return changed(
        request,
        current -> {
          ObjectNode patched = Patches.apply(type, current.deepCopy(), patch);
          current.set("status", patched.path("status"));
          return current;
        });
  }

  private Answer delete(Request request) {
    require(request, "delete", kind.plural());
    JsonNode options =
        request.body().isEmpty() ? JsonNodeFactory.instance.objectNode() : request.json();
    ObjectKey key = key(request);
    ObjectNode deleted =
        store.delete(kind, key, current -> Changes.checkPreconditions(kind, current, options));
    return Answer.json(200, StatusError.success(kind, key.name(), Objects.uid(deleted)));
  }

  private Answer changed(Request request, UnaryOperator<ObjectNode> change) {
    return Answer.json(200, store.update(kind, key(request), change));
  }

  private ObjectKey key(Request request) {
    return new ObjectKey(request.variable("namespace"), request.variable("name"));
  }

  private void require(Request request, String verb, String resource) {
    Right right = new Right(verb, resource, request.variable("namespace"));
    access.require(request, right, request.variable("name"));
  }

  private static long number(Request request, String parameter, long otherwise) {
    String text = request.query(parameter).orElse("");
    if (text.isEmpty()) {
      return otherwise;
    }
    if (!text.matches("\\d{1,18}")) {
      throw StatusError.badRequest("invalid " + parameter + ": " + text);
    }
    return Long.parseLong(text);
  }
}
