package doni.worker.balena;

import doni.convergence.HardwareFixture;
import doni.enrollment.Secret;
import doni.plan.PlanProperty;
import doni.simulator.balena.SimulatedBalena;
import doni.worker.Change;
import doni.worker.ReconcileContext.Cause;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class BalenaPlanIT {

  private HardwareFixture device = BalenaFixtures.aDevice();

  /** A change does not hold the id of the row, which is in a variable's path. */
  private String callOf(Change change) {
    String object = change.object();
    if (object.startsWith("device variable ") || object.startsWith("variable of service ")) {
      String resource =
          object.startsWith("device")
              ? "device_environment_variable"
              : "device_service_environment_variable";
      return (change.action() == Change.Action.CREATE ? "POST /v7/" : "PATCH /v7/") + resource;
    }
    if (object.equals("device key")) {
      return "POST /api-key/device/device-key";
    }
    return switch (change.action()) {
      case CREATE -> "POST /device/register";
      case UPDATE -> "PATCH /v7/device";
      case DELETE -> "DELETE /v7/device";
    };
  }

  private static String withoutRow(String write) {
    return write.replaceAll("\\(.*\\)$", "").replaceAll("/device/\\d+/", "/device/");
  }

  @Test
  void plansEqualTheCallsThatFollow() throws Exception {
    try (BalenaSite site = new BalenaSite()) {
      BalenaWorker worker = site.worker();
      SimulatedBalena balena = site.balena();
      new PlanProperty(balena.calls(), this::callOf, BalenaPlanIT::withoutRow)
          .holds(
              100,
              List.of(
                  this::rename,
                  this::changeCredential,
                  this::changeToken,
                  random -> renameInBalena(balena, random),
                  random -> spoilVariable(balena, random),
                  _ -> removeDevice(balena),
                  _ -> forgetKey(),
                  _ -> replaceDevice()),
              () -> worker.plan(device.attempt(Cause.REQUESTED)),
              () -> device.attempted(worker),
              _ -> {
                var _ = device.attempted(worker);
              });
    }
  }

  private String rename(Random random) {
    String name = "edge-" + random.nextInt(5);
    device.named(name);
    return "named " + name;
  }

  private String changeCredential(Random random) {
    device.withProperty("application_credential_id", "credential-" + random.nextInt(5));
    return "another credential";
  }

  private String changeToken(Random random) {
    device.withProperty(
        "k8s_bootstrap_token", new Secret("abcdef.%016d".formatted(random.nextInt(5))));
    return "another token";
  }

  private String renameInBalena(SimulatedBalena balena, Random random) {
    balena.changeDevice(
        BalenaFixtures.uuid(device),
        JsonMapper.shared().createObjectNode().put("device_name", "other-" + random.nextInt(5)));
    return "renamed in Balena";
  }

  private String spoilVariable(SimulatedBalena balena, Random random) {
    balena.setEveryVariable(
        BalenaFixtures.uuid(device), "K3S_TOKEN", "spoiled-" + random.nextInt(5));
    return "another value of a variable in Balena";
  }

  private String removeDevice(SimulatedBalena balena) {
    balena.removeDevice(BalenaFixtures.uuid(device));
    return "removed from Balena";
  }

  private String forgetKey() {
    device.details().clear();
    return "nothing is recorded";
  }

  private String replaceDevice() {
    if (device.isDeleted()) {
      device = BalenaFixtures.aDevice();
      return "another device";
    }
    device.deleted();
    return "the device is deleted";
  }
}
