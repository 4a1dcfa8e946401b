package doni.simulator.balena;

import doni.simulator.http.Request;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The API keys and session tokens, and who calls with them. */
final class Keys {

  /** The owner of a key. */
  sealed interface Caller {
    /**
     * @param session whether it is a session token, not an API key
     */
    record User(boolean session) implements Caller {}

    /** A provisioning key of a fleet. */
    record Fleet(long id) implements Caller {}

    record Device(long id) implements Caller {}
  }

  private final Map<String, Caller> callers = new ConcurrentHashMap<>();

  String issue(Caller caller) {
    String key = UUID.randomUUID().toString().replace("-", "");
    callers.put(key, caller);
    return key;
  }

  /** Accepts a key that a client chose. */
  String adopt(String key, Caller caller) {
    callers.put(key, caller);
    return key;
  }

  boolean isInUse(String key) {
    return callers.containsKey(key);
  }

  void revoke(String key) {
    callers.remove(key);
  }

  boolean is(String key, Caller caller) {
    return caller.equals(callers.get(key));
  }

  long countOf(Caller caller) {
    return callers.values().stream().filter(caller::equals).count();
  }

  Optional<Caller> caller(Request request) {
    @Nullable String key =
        request
            .header("authorization")
            .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
            .map(value -> value.substring(7))
            .or(() -> request.query("apikey"))
            .orElse(null);
    return Optional.ofNullable(key).map(callers::get);
  }
}
