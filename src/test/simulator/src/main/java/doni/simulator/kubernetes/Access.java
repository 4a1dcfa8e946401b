package doni.simulator.kubernetes;

import doni.simulator.http.Answer;
import doni.simulator.http.Request;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who may do what. The user {@code admin} may do everything; {@code doni} has exactly the rights of
 * its ClusterRole and its Role in kube-system, and so has {@code doni-shadow}; a bootstrap token is
 * a user without rights.
 */
final class Access {

  static final String ADMIN = "admin";
  static final String DONI = "doni";
  static final String SHADOW = "doni-shadow";

  /** A right; a namespace only for namespaced kinds. */
  record Right(String verb, String resource, String namespace) {}

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Map<String, String> tokens = new ConcurrentHashMap<>();
  private final Set<Right> doni = ConcurrentHashMap.newKeySet();
  private final Function<String, Optional<String>> bootstrapUser;

  /**
   * Starts with the three users.
   *
   * @param bootstrapUser the user of a valid bootstrap token, if there is one
   */
  Access(Function<String, Optional<String>> bootstrapUser) {
    this.bootstrapUser = bootstrapUser;
    tokens.put(newToken(), ADMIN);
    tokens.put(newToken(), DONI);
    tokens.put(newToken(), SHADOW);
    Set.of("get", "list", "watch", "patch").forEach(verb -> grant(verb, Kind.NODE));
    Set.of("get", "create", "patch", "delete").forEach(verb -> grant(verb, Kind.SECRET));
  }

  void grant(String verb, Kind kind) {
    doni.add(right(verb, kind));
  }

  void revoke(String verb, Kind kind) {
    doni.remove(right(verb, kind));
  }

  String token(String user) {
    return tokens.entrySet().stream()
        .filter(entry -> entry.getValue().equals(user))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no user " + user));
  }

  /** Gives a user another token; the old one is worth nothing at once. */
  void rotate(String user) {
    String old = token(user);
    tokens.put(newToken(), user);
    tokens.remove(old);
  }

  /** The user who asks, or 401. */
  String user(Request request) {
    String credentials = request.header("authorization").orElse("");
    if (!credentials.startsWith("Bearer ")) {
      throw StatusError.unauthorized();
    }
    String token = credentials.substring("Bearer ".length()).strip();
    return Optional.ofNullable(tokens.get(token))
        .or(() -> bootstrapUser.apply(token))
        .orElseThrow(StatusError::unauthorized);
  }

  private boolean allows(String user, Right right) {
    return user.equals(ADMIN) || (Set.of(DONI, SHADOW).contains(user) && doni.contains(right));
  }

  /** Refuses with 401 or 403. */
  void require(Request request, Right right, String name) {
    String user = user(request);
    if (!allows(user, right)) {
      throw StatusError.forbidden(user, right.verb, right.resource, right.namespace, name);
    }
  }

  /** Answers a SelfSubjectAccessReview; every user may ask. */
  Answer review(Request request) {
    String user = user(request);
    if (!(request.json() instanceof ObjectNode review)) {
      throw StatusError.badRequest("the body is not an object");
    }
    JsonNode wanted = review.path("spec").path("resourceAttributes");
    String subresource = wanted.path("subresource").asString("");
    Right right =
        new Right(
            wanted.path("verb").asString(""),
            wanted.path("resource").asString("") + (subresource.isEmpty() ? "" : "/" + subresource),
            wanted.path("namespace").asString(""));
    boolean ofTheCore = wanted.path("group").asString("").isEmpty();
    review.putObject("status").put("allowed", ofTheCore && allows(user, right));
    return Answer.json(201, review);
  }

  private static Right right(String verb, Kind kind) {
    return new Right(verb, kind.plural(), kind.namespaced() ? "kube-system" : "");
  }

  private static String newToken() {
    byte[] random = new byte[20];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }
}
