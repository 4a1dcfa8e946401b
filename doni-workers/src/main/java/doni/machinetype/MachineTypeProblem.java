package doni.machinetype;

/**
 * Something in a file of machine types that is not allowed.
 *
 * @param file its name in the directory
 * @param path JSON pointer into it, or a line and column where it is not YAML; empty for the whole
 *     file
 * @param problem what is wrong, and what is allowed
 */
public record MachineTypeProblem(String file, String path, String problem) {

  @Override
  public String toString() {
    return path.isEmpty() ? file + ": " + problem : file + ", " + path + ": " + problem;
  }
}
