package doni.simulator.kubernetes;

import doni.simulator.http.Request;
import doni.simulator.kubernetes.StatusError.Cause;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What becomes of an object that a client sends: what it may set, and what is the server's. */
final class Changes {

  private Changes() {}

  /** The object in the body of a POST or a PUT. */
  static ObjectNode object(Kind kind, Request request) {
    if (!(request.json() instanceof ObjectNode object)) {
      throw StatusError.badRequest("the body is not an object");
    }
    String title = object.path("kind").asString(kind.title());
    if (!title.equals(kind.title())) {
      throw StatusError.badRequest(
          title + " cannot be handled as a " + kind.title() + ": unexpected kind");
    }
    return object;
  }

  /**
   * What the object is to be, from the current one and the one a client wants.
   *
   * <p>A version that the client names must be the current one; none means whichever it is.
   */
  static ObjectNode accept(Kind kind, ObjectNode current, ObjectNode wanted) {
    String name = Objects.name(current);
    if (!Objects.name(wanted).equals(name)) {
      throw StatusError.badRequest(
          "the name of the object ("
              + Objects.name(wanted)
              + ") does not match the name on the URL ("
              + name
              + ")");
    }
    requireVersion(kind, current, Objects.version(wanted));
    requireUid(kind, current, Objects.uid(wanted));
    ObjectNode metadata = Objects.metadata(wanted);
    for (String field : List.of("namespace", "uid", "creationTimestamp", "resourceVersion")) {
      restore(metadata, Objects.metadata(current), field);
    }
    if (kind == Kind.NODE) {
      restore(wanted, current, "status");
    }
    complete(kind, wanted);
    if (kind == Kind.SECRET && !wanted.path("type").equals(current.path("type"))) {
      Cause cause = Cause.invalid("type", wanted.path("type").asString(""), "field is immutable");
      throw StatusError.invalid(kind, name, List.of(cause));
    }
    Rules.check(kind, wanted);
    return wanted;
  }

  /** Adds what the server adds, and leaves out what is empty. */
  static void complete(Kind kind, ObjectNode object) {
    object.put("kind", kind.title()).put("apiVersion", "v1");
    ObjectNode metadata = Objects.metadata(object);
    removeEmpty(metadata, "labels");
    removeEmpty(metadata, "annotations");
    switch (kind) {
      case NODE -> {
        if (object.get("spec") instanceof ObjectNode spec) {
          removeEmpty(spec, "taints");
        } else {
          object.putObject("spec");
        }
      }
      case SECRET -> completeSecret(object);
    }
  }

  static void checkPreconditions(Kind kind, ObjectNode current, JsonNode deleteOptions) {
    JsonNode preconditions = deleteOptions.path("preconditions");
    requireUid(kind, current, preconditions.path("uid").asString(""));
    requireVersion(kind, current, preconditions.path("resourceVersion").asString(""));
  }

  private static void completeSecret(ObjectNode secret) {
    if (secret.path("type").asString("").isEmpty()) {
      secret.put("type", "Opaque");
    }
    if (secret.remove("stringData") instanceof ObjectNode texts) {
      ObjectNode data =
          secret.get("data") instanceof ObjectNode there ? there : secret.putObject("data");
      texts
          .properties()
          .forEach(entry ->
              data.put(
                  entry.getKey(),
                  Base64.getEncoder()
                      .encodeToString(
                          entry.getValue().asString().getBytes(StandardCharsets.UTF_8))));
    }
  }

  private static void requireVersion(Kind kind, ObjectNode current, String version) {
    if (!version.isEmpty() && !version.equals(Objects.version(current))) {
      throw StatusError.modified(kind, Objects.name(current));
    }
  }

  private static void requireUid(Kind kind, ObjectNode current, String uid) {
    if (!uid.isEmpty() && !uid.equals(Objects.uid(current))) {
      throw StatusError.conflict(
          kind,
          Objects.name(current),
          "Precondition failed: UID in precondition: "
              + uid
              + ", UID in object meta: "
              + Objects.uid(current));
    }
  }

  private static void restore(ObjectNode target, ObjectNode source, String field) {
    if (source.has(field)) {
      target.set(field, source.get(field));
    } else {
      target.remove(field);
    }
  }

  private static void removeEmpty(ObjectNode object, String field) {
    if (object.has(field) && object.path(field).isEmpty()) {
      object.remove(field);
    }
  }
}
