package doni.machinetype;

import java.util.List;

/** Whether what lies in {@code doni.types-directory} is what is in use. */
public interface MachineTypesHealth {

  /** What keeps it from being used; empty when all is well. */
  List<MachineTypeProblem> findings();
}
