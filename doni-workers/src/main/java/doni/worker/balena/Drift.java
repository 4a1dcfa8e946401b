package doni.worker.balena;

import doni.worker.Change;
import java.util.ArrayList;
import java.util.List;

/**
 * The difference between what a registered device is to be and what Balena has.
 *
 * @param needsKey whether no key of this very device is known
 * @param observed the device that was compared
 */
record Drift(
    DeviceChange device, List<VariableStep> variables, boolean needsKey, FleetDevice observed) {

  Drift {
    variables = List.copyOf(variables);
  }

  /**
   * @param hasKey whether a key of this very device is known
   */
  static Drift between(Desired desired, FleetDevice observed, boolean hasKey) {
    DeviceChange change =
        new DeviceChange(
            observed.name().equals(desired.name()) ? null : desired.name(),
            observed.typeId() == desired.typeId() ? null : (Long) desired.typeId());
    List<VariableStep> steps =
        new ArrayList<>(
            VariableStep.between(
                new VariableOwner(VariableOwner.Kind.DEVICE, observed.id()),
                desired.deviceVariables(),
                observed.variables(),
                "device variable"));
    observed.services().stream()
        .filter(install -> install.service().equals(desired.service()))
        .forEach(install ->
            steps.addAll(
                VariableStep.between(
                    new VariableOwner(VariableOwner.Kind.SERVICE_INSTALL, install.id()),
                    desired.serviceVariables(),
                    install.variables(),
                    "variable of service " + desired.service())));
    return new Drift(change, steps, !hasKey, observed);
  }

  boolean isEmpty() {
    return device.isEmpty() && variables.isEmpty() && !needsKey;
  }

  /** Whether the service whose variables are wanted is on the device. */
  boolean hasService(String service) {
    return observed.services().stream().anyMatch(install -> install.service().equals(service));
  }

  List<Change> changes(Desired desired) {
    List<Change> changes = new ArrayList<>();
    if (device.name() != null) {
      changes.add(Change.update("device name", observed.name(), desired.name()));
    }
    if (device.type() != null) {
      changes.add(Change.update("device type", observed.type(), desired.machine()));
    }
    variables.forEach(step -> changes.add(step.change()));
    if (needsKey) {
      changes.add(Change.create("device key"));
    }
    return changes;
  }
}
