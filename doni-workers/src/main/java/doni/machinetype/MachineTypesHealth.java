package doni.machinetype;

import java.util.List;

/** Whether what lies in {@code doni.types-directory} is what is in use. */
public interface MachineTypesHealth {

  /** What keeps it from being used; empty when all is well. */
  List<MachineTypeProblem> findings();

  /**
   * Something in a file of machine types that is not allowed.
   *
   * @param file its name in the directory
   * @param path JSON pointer into it, or a line and column where it is not YAML; empty for the
   *     whole file
   * @param problem what is wrong, and what is allowed
   */
  record MachineTypeProblem(String file, String path, String problem) {

    @Override
    public String toString() {
      return path.isEmpty() ? file + ": " + problem : file + ", " + path + ": " + problem;
    }
  }
}
