package doni.simulator.keystone;

import java.util.List;

/**
 * A user with roles in one project, in the domain Default.
 *
 * @param id 32 hexadecimal digits
 */
public record User(String id, String name, String password, Project project, List<String> roles) {

  /**
   * A project of the domain Default.
   *
   * @param id 32 hexadecimal digits
   */
  public record Project(String id, String name) {}

  public User {
    roles = List.copyOf(roles);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "User[" + name + " in " + project.name() + " as " + roles + "]";
  }
}
