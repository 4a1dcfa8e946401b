package doni.openstack;

import java.util.List;

/** Finds projects in Keystone; what was found is remembered for some minutes. */
public interface ProjectLookup {

  /** What a project's id or name stands for. */
  sealed interface Found {
    /**
     * @param id the project's
     */
    record One(String id) implements Found {}

    /** Nobody has that id or name. */
    record None() implements Found {}

    /**
     * Several domains have a project of that name.
     *
     * @param ids theirs
     */
    record Several(List<String> ids) implements Found {}
  }

  /**
   * Looks an id or a name up; an id wins.
   *
   * @throws doni.backend.BackendException when Keystone cannot be asked
   */
  Found find(String idOrName);
}
