package doni.machinetype;

import doni.machinetype.MachineTypesHealth.MachineTypeProblem;
import java.util.Map;
import java.util.Optional;

/**
 * What one file says of one machine type.
 *
 * @param type empty where the file only adds to one that is known
 */
record MachineTypesEntry(
    String file,
    String name,
    Optional<MachineType> type,
    Optional<Map<String, String>> labels,
    Optional<String> fleet) {

  MachineTypeProblem finding(String member, String problem) {
    return new MachineTypeProblem(
        file,
        "/machine-types/"
            + name.replace("~", "~0").replace("/", "~1")
            + (member.isEmpty() ? "" : "/" + member),
        problem);
  }
}
