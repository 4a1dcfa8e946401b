package doni.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What an answer must be. It must cover the recorded body: the same values at the same keys, more
 * keys allowed except inside {@code properties}, workers in any order. Values that differ from run
 * to run are recorded by their form.
 */
record Expected(JsonNode recorded) {

  private static final Set<String> DATES = Set.of("created_at", "updated_at", "start", "end");
  private static final String UUID_FORM =
      "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
  private static final String PROJECT_FORM = "[0-9a-f]{32}";

  /** In what the answer falls short; empty when it is as it must be. */
  List<String> shortcomings(Answer answer) {
    List<String> shortcomings = new ArrayList<>();
    if (!isExpected(answer.status())) {
      shortcomings.add(
          "status %d instead of %s".formatted(answer.status(), recorded.get("status")));
    }
    if (answer.status() >= 400) {
      checkError(answer, shortcomings);
    }
    JsonNode body = recorded.path("body");
    if (body.isString() && body.asString().isEmpty()) {
      if (!answer.body().isEmpty()) {
        shortcomings.add("there is a body");
      }
    } else if (!body.isMissingNode()) {
      answer
          .json()
          .ifPresentOrElse(
              json -> cover("body", body, json, shortcomings),
              () -> shortcomings.add("the body is not JSON"));
    }
    return shortcomings;
  }

  private boolean isExpected(int status) {
    JsonNode statuses = recorded.get("status");
    return statuses.isArray()
        ? statuses.valueStream().anyMatch(one -> one.asInt() == status)
        : statuses.asInt() == status;
  }

  private void checkError(Answer answer, List<String> shortcomings) {
    Optional<JsonNode> error =
        answer
            .json()
            .filter(json -> Set.copyOf(json.propertyNames()).equals(Set.of("error", "errors")))
            .filter(json -> isRepeated(json.get("error"), answer.status(), json.get("errors")))
            .map(json -> json.get("error"))
            .filter(text -> text.isString() && !text.asString().isEmpty());
    if (error.isEmpty()) {
      shortcomings.add("the body is not an error with its text, also for keystoneauth, as JSON");
      return;
    }
    JsonNode mention = recorded.path("error_mentions");
    if (mention.isString() && !error.get().asString().contains(mention.asString())) {
      shortcomings.add("the error does not mention " + mention.asString());
    }
  }

  /** The text once more, where keystoneauth looks for it: {@code [{"status": , "title": }]}. */
  private static boolean isRepeated(JsonNode text, int status, JsonNode errors) {
    return errors.size() == 1
        && errors.path(0).path("status").asInt() == status
        && errors.path(0).path("title").equals(text);
  }

  private static void cover(
      String place, JsonNode expected, JsonNode actual, List<String> shortcomings) {
    if (expected.isObject() && actual.isObject()) {
      coverObject(place, expected, actual, shortcomings);
    } else if (expected.isArray() && actual.isArray()) {
      coverArray(place, expected, actual, shortcomings);
    } else if (!isSame(place, expected, actual)) {
      shortcomings.add("%s is %s instead of %s".formatted(place, actual, expected));
    }
  }

  private static void coverObject(
      String place, JsonNode expected, JsonNode actual, List<String> shortcomings) {
    if (place.endsWith(".properties") || place.contains(".properties.")) {
      Set<String> more = new TreeSet<>(actual.propertyNames());
      more.removeAll(expected.propertyNames());
      if (!more.isEmpty()) {
        shortcomings.add(place + " also has " + more);
      }
    }
    expected.forEachEntry((key, value) -> {
      if (actual.has(key)) {
        cover(place + "." + key, value, actual.get(key), shortcomings);
      } else {
        shortcomings.add(place + " lacks " + key);
      }
    });
  }

  private static void coverArray(
      String place, JsonNode expected, JsonNode actual, List<String> shortcomings) {
    if (expected.size() != actual.size()) {
      shortcomings.add(
          "%s has %d elements instead of %d".formatted(place, actual.size(), expected.size()));
      return;
    }
    for (int i = 0; i < expected.size(); i++) {
      JsonNode wanted = expected.get(i);
      JsonNode found = place.endsWith(".workers") ? worker(wanted, actual) : actual.get(i);
      cover(place + "[" + i + "]", wanted, found, shortcomings);
    }
  }

  /** Returns the worker of this type, or the whole list, which cannot match, if there is none. */
  private static JsonNode worker(JsonNode wanted, JsonNode workers) {
    return workers
        .valueStream()
        .filter(worker -> worker.path("worker_type").equals(wanted.path("worker_type")))
        .findFirst()
        .orElse(workers);
  }

  private static boolean isSame(String place, JsonNode expected, JsonNode actual) {
    if (!expected.isString() || !actual.isString()) {
      return expected.equals(actual);
    }
    String key = place.substring(place.lastIndexOf('.') + 1);
    String wanted = expected.asString();
    String found = actual.asString();
    if (DATES.contains(key)) {
      return wanted.equals(found.replaceAll("\\d", "9"));
    }
    if (key.equals("k8s_bootstrap_token")) {
      return wanted.equals(found.replaceAll("[a-z0-9]", "t"));
    }
    String form =
        Pattern.quote(wanted)
            .replace("<uuid>", "\\E" + UUID_FORM + "\\Q")
            .replace("<project>", "\\E" + PROJECT_FORM + "\\Q");
    return found.matches(form);
  }
}
