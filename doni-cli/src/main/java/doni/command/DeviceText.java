package doni.command;

import doni.client.JsonValue;
import doni.client.UtcTime;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts about one device. Members that a service does not send yet, such as {@code
 * device_availability}, give empty texts.
 */
record DeviceText(JsonValue device) {

  /** Worst first: the state of a device is that of its worst task. */
  private static final List<String> STATES = List.of("ERROR", "IN_PROGRESS", "PENDING", "STEADY");

  String name() {
    return device.path("name").line();
  }

  String state() {
    if (!device.path("deleted_at").isNull()) {
      return "DELETING";
    }
    if (!device.path("quarantine").isNull()) {
      return "QUARANTINE";
    }
    String worst = "";
    int rank = STATES.size();
    for (JsonValue worker : device.path("workers").elements()) {
      String state = worker.path("state").line();
      int at = STATES.indexOf(state);
      if (at < 0 && worst.isEmpty()) {
        worst = state;
      } else if (at >= 0 && at < rank) {
        rank = at;
        worst = state;
      }
    }
    return worst;
  }

  /** Returns the steady tasks of all, such as {@code 3/4}. */
  String steady() {
    List<JsonValue> workers = device.path("workers").elements();
    int steady = 0;
    for (JsonValue worker : workers) {
      steady += worker.path("state").text().equals("STEADY") ? 1 : 0;
    }
    return workers.isEmpty() ? "" : steady + "/" + workers.size();
  }

  /** A text, or an object whose member {@code status} or {@code state} is the word. */
  String availability() {
    JsonValue availability = device.path("device_availability");
    for (String member : List.of("status", "state", "value")) {
      if (!availability.path(member).text().isEmpty()) {
        return availability.path(member).line();
      }
    }
    return availability.line();
  }

  String labels() {
    JsonValue labels = device.path("labels");
    List<String> pairs = new ArrayList<>();
    for (String key : labels.names()) {
      pairs.add(key + "=" + labels.path(key).line());
    }
    return String.join(",", pairs);
  }

  String age() {
    return UtcTime.age(device.path("created_at").text());
  }

  /** Returns why a worker is not steady, from its report; an empty text if it says nothing. */
  static String reason(JsonValue worker) {
    JsonValue details = worker.path("state_details");
    for (String member : List.of("last_error", "defer_reason", "drift")) {
      JsonValue reason = details.path(member);
      if (!reason.isNull()) {
        return reason.isContainer() ? reason.compact() : reason.line();
      }
    }
    return "";
  }
}
