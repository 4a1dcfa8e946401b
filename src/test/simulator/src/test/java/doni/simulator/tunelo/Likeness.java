package doni.simulator.tunelo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Compares answers with recorded ones: values that a service makes up (uuids, project ids) may be
 * others, but the same recorded one must always stand for the same actual one.
 */
final class Likeness {

  private static final Pattern MADE_UP =
      Pattern.compile(
          "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\\b[0-9a-f]{32}\\b");

  /** Addresses are given out again, so only their subnet counts. */
  private static final Pattern HOST = Pattern.compile("\\b(10\\.0\\.\\d+)\\.\\d+\\b");

  private final Map<String, String> actualByRecorded = new HashMap<>();
  private final Map<String, String> recordedByActual = new HashMap<>();

  /** Says that a recorded value stands for an actual one. */
  void learn(String recorded, String actual) {
    actualByRecorded.put(recorded, actual);
    recordedByActual.put(actual, recorded);
  }

  /** The text with the actual values in place of the recorded ones that are known. */
  String actual(String recorded) {
    return MADE_UP
        .matcher(recorded)
        .replaceAll(match -> actualByRecorded.getOrDefault(match.group(), match.group()));
  }

  /** What is different; empty when nothing is. */
  List<String> differences(JsonNode recorded, JsonNode actual) {
    List<String> found = new ArrayList<>();
    compare("", recorded, actual, found);
    return found;
  }

  private void compare(String path, JsonNode recorded, JsonNode actual, List<String> found) {
    if (recorded.isObject() && actual.isObject()) {
      if (!Set.copyOf(recorded.propertyNames()).equals(Set.copyOf(actual.propertyNames()))) {
        found.add(path + ": " + recorded.propertyNames() + " but " + actual.propertyNames());
        return;
      }
      recorded
          .properties()
          .forEach(one ->
              compare(path + "/" + one.getKey(), one.getValue(), actual.path(one.getKey()), found));
    } else if (recorded.isArray() && actual.isArray()) {
      compareLists(path, recorded, actual, found);
    } else if (recorded.isString() && actual.isString()) {
      if (!isLike(recorded.asString(), actual.asString())) {
        found.add(path + ": '" + recorded.asString() + "' but '" + actual.asString() + "'");
      }
    } else if (!recorded.equals(actual)) {
      found.add(path + ": " + recorded + " but " + actual);
    }
  }

  /** A list whose end was cut says how many more there were, and has an order of its own. */
  private void compareLists(String path, JsonNode recorded, JsonNode actual, List<String> found) {
    int cut = 0;
    List<JsonNode> shown = new ArrayList<>();
    for (JsonNode one : recorded) {
      if (one.isString() && one.asString().matches("\\.\\.\\. \\d+ more")) {
        cut = Integer.parseInt(one.asString().replaceAll("\\D", ""));
      } else {
        shown.add(one);
      }
    }
    if (shown.size() + cut != actual.size()) {
      found.add(path + ": " + (shown.size() + cut) + " entries but " + actual.size());
      return;
    }
    for (int i = 0; i < shown.size(); i++) {
      JsonNode one = shown.get(i);
      String uuid = actual(one.path("uuid").asString(""));
      JsonNode partner = actual.get(i);
      for (JsonNode candidate : actual) {
        if (candidate.path("uuid").asString("-").equals(uuid)) {
          partner = candidate;
        }
      }
      compare(path + "/" + i, one, partner, found);
    }
  }

  private static String fixed(String text) {
    return HOST.matcher(MADE_UP.matcher(text).replaceAll("*")).replaceAll("$1");
  }

  private boolean isLike(String recorded, String actual) {
    List<String> left = MADE_UP.matcher(recorded).results().map(MatchResult::group).toList();
    List<String> right = MADE_UP.matcher(actual).results().map(MatchResult::group).toList();
    if (left.size() != right.size() || !fixed(recorded).equals(fixed(actual))) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      String known = actualByRecorded.get(left.get(i));
      String back = recordedByActual.get(right.get(i));
      if (known == null && back == null) {
        learn(left.get(i), right.get(i));
      } else if (!right.get(i).equals(known) || !left.get(i).equals(back)) {
        return false;
      }
    }
    return true;
  }
}
