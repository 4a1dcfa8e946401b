package doni.simulator.keystone;

/** A login that a user made for a machine, bound to the user's project. */
public record ApplicationCredential(String id, String name, String secret, User user) {

  /** Without the secret. */
  @Override
  public String toString() {
    return "ApplicationCredential[" + name + " of " + user.name() + "]";
  }
}
