package doni.worker.balena;

import java.util.List;

/** A service on one device, there once the fleet has a release that contains it. */
record ServiceInstall(long id, String service, List<Variable> variables) {

  ServiceInstall {
    variables = List.copyOf(variables);
  }
}
