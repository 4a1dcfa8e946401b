package doni.simulator.keystone;

import doni.simulator.keystone.User.Project;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Reads a request for a token. A wrong login is always the same 401. */
final class Logins {

  private final Directory directory;
  private final Tokens tokens;

  Logins(Directory directory, Tokens tokens) {
    this.directory = directory;
    this.tokens = tokens;
  }

  Tokens.Login login(JsonNode body) {
    JsonNode auth = body.path("auth");
    JsonNode identity = auth.path("identity");
    String method = identity.path("methods").path(0).asString("");
    return switch (method) {
      case "password" -> {
        User user = passwordUser(identity.path("password").path("user"));
        yield Tokens.Login.withPassword(user, scoped(auth.path("scope"), user));
      }
      case "token" -> {
        Token old =
            tokens
                .find(identity.path("token").path("id").asString(""))
                .orElseThrow(IdentityError::unauthorized);
        boolean scoped = scoped(auth.path("scope"), old.user());
        yield new Tokens.Login(
            old.user(), scoped, List.of("token"), old.credential(), Optional.of(old));
      }
      case "application_credential" -> withCredential(auth);
      default -> throw IdentityError.badRequest("Expecting to find methods in identity.");
    };
  }

  private User passwordUser(JsonNode wanted) {
    String password = wanted.path("password").asString("");
    return user(wanted)
        .filter(user -> user.password().equals(password))
        .orElseThrow(IdentityError::unauthorized);
  }

  private Tokens.Login withCredential(JsonNode auth) {
    if (auth.has("scope")) {
      throw IdentityError.unauthorized("Application credentials cannot request a scope.");
    }
    JsonNode wanted = auth.path("identity").path("application_credential");
    Optional<ApplicationCredential> found =
        wanted.has("id")
            ? directory.credential(wanted.path("id").asString(""))
            : user(wanted.path("user"))
                .flatMap(user -> directory.credential(user, wanted.path("name").asString("")));
    ApplicationCredential credential =
        found
            .filter(one -> one.secret().equals(wanted.path("secret").asString("")))
            .orElseThrow(IdentityError::unauthorized);
    return new Tokens.Login(
        credential.user(),
        true,
        List.of("application_credential"),
        Optional.of(credential),
        Optional.empty());
  }

  /** By id, or by name together with its domain. */
  private Optional<User> user(JsonNode wanted) {
    if (wanted.has("id")) {
      String id = wanted.path("id").asString("");
      return directory.user(id).filter(user -> user.id().equals(id));
    }
    String name = wanted.path("name").asString("");
    return isDefault(wanted.path("domain"))
        ? directory.user(name).filter(user -> user.name().equals(name))
        : Optional.empty();
  }

  /** Whether a token for the user's project is asked for; any other project is refused. */
  private boolean scoped(JsonNode scope, User user) {
    if (scope.isMissingNode() || scope.has("unscoped") || scope.isString()) {
      return false;
    }
    JsonNode wanted = scope.path("project");
    String id = wanted.path("id").asString("");
    String name = wanted.path("name").asString("");
    Project own = user.project();
    boolean matches =
        id.isEmpty()
            ? name.equals(own.name()) && isDefault(wanted.path("domain"))
            : id.equals(own.id());
    if (!matches) {
      throw IdentityError.unauthorized();
    }
    return true;
  }

  private static boolean isDefault(JsonNode domain) {
    return domain.path("id").asString("").equals("default")
        || domain.path("name").asString("").equals("Default");
  }
}
