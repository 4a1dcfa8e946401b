package doni.machinetype;

import doni.machinetype.MachineTypesHealth.MachineTypeProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.springframework.core.env.Environment;

/** Looks through a directory of machine types without using it. */
public final class MachineTypesLint {

  private MachineTypesLint() {}

  /**
   * Everything that is wrong with it, beside that configuration.
   *
   * @throws IOException when the directory cannot be read; the message says why
   */
  public static List<MachineTypeProblem> findings(Path directory, Environment environment)
      throws IOException {
    return composed(directory, environment).findings();
  }

  /**
   * The machine types as the service would have them.
   *
   * @throws IOException when the directory cannot be read; the message says why
   * @throws IllegalArgumentException when something is wrong with it
   */
  public static MachineTypes types(Path directory, Environment environment) throws IOException {
    MachineTypeMerge composed = composed(directory, environment);
    if (!composed.findings().isEmpty()) {
      throw new IllegalArgumentException(composed.findings().getFirst().toString());
    }
    return composed.types();
  }

  /** The machine types of a configuration without a directory. */
  public static MachineTypes types(Environment environment) {
    return new MachineTypes(ConfiguredMachineTypes.read(environment).byName());
  }

  private static MachineTypeMerge composed(Path directory, Environment environment)
      throws IOException {
    try {
      return MachineTypeMerge.of(
          ConfiguredMachineTypes.read(environment), new MachineTypesDirectory(directory).read());
    } catch (IOException e) {
      throw new IOException(directory + " " + MachineTypesDirectory.unreadable(e), e);
    }
  }
}
