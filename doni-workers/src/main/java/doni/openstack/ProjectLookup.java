package doni.openstack;

import java.util.List;

/** Finds projects in Keystone; results are cached for some minutes. */
public interface ProjectLookup {

  /** The result of a look-up. */
  sealed interface Found {
    /** One project. */
    record One(String id) implements Found {}

    /** No project has that id or name. */
    record NoProject() implements Found {}

    /** Projects of several domains have that name. */
    record Several(List<String> ids) implements Found {}
  }

  /**
   * Finds a project by its id, or else by its name.
   *
   * @throws doni.backend.BackendException if Keystone does not answer
   */
  Found find(String idOrName);
}
