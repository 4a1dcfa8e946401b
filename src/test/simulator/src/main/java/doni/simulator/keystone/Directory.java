package doni.simulator.keystone;

import doni.simulator.keystone.User.Project;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The users, projects and application credentials of the domain Default. */
final class Directory {

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Map<String, Project> projects = new ConcurrentSkipListMap<>();
  private final Map<String, User> users = new ConcurrentSkipListMap<>();
  private final Map<String, ApplicationCredential> credentials = new ConcurrentHashMap<>();

  User add(String name, String project, List<String> roles) {
    Project in = projects.computeIfAbsent(project, missing -> new Project(hex(16), missing));
    User user = new User(hex(16), name, hex(12), in, roles);
    users.put(name, user);
    return user;
  }

  ApplicationCredential addCredential(User user, String name) {
    ApplicationCredential made = new ApplicationCredential(hex(16), name, hex(32), user);
    credentials.put(made.id(), made);
    return made;
  }

  void removeCredential(String id) {
    credentials.remove(id);
  }

  /** Finds a user by name or id. */
  Optional<User> user(String nameOrId) {
    return Optional.ofNullable(users.get(nameOrId))
        .or(() -> users.values().stream().filter(user -> user.id().equals(nameOrId)).findFirst());
  }

  /** Finds a project by name or id. */
  Optional<Project> project(String nameOrId) {
    return Optional.ofNullable(projects.get(nameOrId))
        .or(() -> projects.values().stream().filter(one -> one.id().equals(nameOrId)).findFirst());
  }

  Optional<ApplicationCredential> credential(String id) {
    return Optional.ofNullable(credentials.get(id));
  }

  Optional<ApplicationCredential> credential(User user, String name) {
    return credentials.values().stream()
        .filter(one -> one.user().equals(user) && one.name().equals(name))
        .findFirst();
  }

  Collection<Project> projects() {
    return projects.values();
  }

  Collection<User> users() {
    return users.values();
  }

  static String hex(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }
}
