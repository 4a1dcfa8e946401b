package doni.worker;

import org.jspecify.annotations.Nullable;

/**
 * One write to a backend.
 *
 * @param object what is written, in the backend's words, for example {@code label
 *     smarter-device-manager}
 * @param from the value before, null where there was none or where it is secret
 * @param to the value after, null where there is none or where it is secret
 */
public record Change(Action action, String object, @Nullable String from, @Nullable String to) {

  public enum Action {
    CREATE,
    UPDATE,
    DELETE
  }

  public static Change create(String object) {
    return new Change(Action.CREATE, object, null, null);
  }

  public static Change update(String object, @Nullable String from, @Nullable String to) {
    return new Change(Action.UPDATE, object, from, to);
  }

  public static Change delete(String object) {
    return new Change(Action.DELETE, object, null, null);
  }
}
