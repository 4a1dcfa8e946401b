package doni.machinetype;

import doni.machinetype.MachineTypesHealth.MachineTypeProblem;
import java.util.List;

/** A directory of machine types with which the service cannot start. */
final class UnusableMachineTypesException extends Exception {

  private static final long serialVersionUID = 1L;

  UnusableMachineTypesException(List<MachineTypeProblem> findings) {
    super(
        findings.getFirst()
            + (findings.size() == 1
                ? ""
                : " (and %d more: ./doni types lint lists all)".formatted(findings.size() - 1)));
  }
}
