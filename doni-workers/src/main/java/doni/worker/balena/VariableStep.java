package doni.worker.balena;

import doni.enrollment.Secret;
import doni.worker.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One variable that is missing or has another value.
 *
 * @param id of the variable that is there; null when it is missing
 * @param label as an event names it
 */
record VariableStep(
    VariableOwner owner, @Nullable Long id, String name, Secret value, String label) {

  /** What is to be written so that the owner has these variables; others are left alone. */
  static List<VariableStep> between(
      VariableOwner owner, Map<String, Secret> desired, List<Variable> observed, String label) {
    List<VariableStep> steps = new ArrayList<>();
    new TreeMap<>(desired)
        .forEach((name, value) -> {
          Optional<Variable> found =
              observed.stream().filter(variable -> variable.name().equals(name)).findFirst();
          if (found.filter(variable -> variable.value().equals(value)).isEmpty()) {
            steps.add(
                new VariableStep(
                    owner, found.map(Variable::id).orElse(null), name, value, label + " " + name));
          }
        });
    return steps;
  }

  Change change() {
    return id == null ? Change.create(label) : Change.update(label, null, null);
  }
}
