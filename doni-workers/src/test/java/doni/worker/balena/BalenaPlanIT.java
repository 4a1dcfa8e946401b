package doni.worker.balena;

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

  private Enrolled device = Enrolled.aDevice();

  /** Of a variable the path names the row, which no change knows: they are told apart by number. */
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
                  this::credential,
                  this::token,
                  random -> rename(balena, random),
                  random -> spoil(balena, random),
                  _ -> lose(balena),
                  _ -> forgetTheKey(),
                  _ -> replace()),
              () -> worker.plan(device.attempt(Cause.REQUESTED)),
              () -> device.requested(worker),
              _ -> {
                var _ = device.requested(worker);
              });
    }
  }

  private String rename(Random random) {
    String name = "edge-" + random.nextInt(5);
    device.named(name);
    return "named " + name;
  }

  private String credential(Random random) {
    device.with("application_credential_id", "credential-" + random.nextInt(5));
    return "another credential";
  }

  private String token(Random random) {
    device.with("k8s_bootstrap_token", new Secret("abcdef.%016d".formatted(random.nextInt(5))));
    return "another token";
  }

  private String rename(SimulatedBalena balena, Random random) {
    if (balena.deviceId(device.uuid()).isPresent()) {
      balena.changeDevice(
          device.uuid(),
          JsonMapper.shared().createObjectNode().put("device_name", "other-" + random.nextInt(5)));
    }
    return "renamed in Balena";
  }

  private String spoil(SimulatedBalena balena, Random random) {
    if (balena.deviceId(device.uuid()).isPresent()) {
      balena.setEveryVariable(device.uuid(), "K3S_TOKEN", "spoiled-" + random.nextInt(5));
    }
    return "a variable has another value in Balena";
  }

  private String lose(SimulatedBalena balena) {
    if (balena.deviceId(device.uuid()).isPresent()) {
      balena.removeDevice(device.uuid());
    }
    return "gone from Balena";
  }

  private String forgetTheKey() {
    device.details().clear();
    return "nothing is recorded";
  }

  private String replace() {
    if (device.attempt(Cause.REQUESTED).hardware().deleted()) {
      device = Enrolled.aDevice();
      return "another device";
    }
    device.deleted();
    return "the device is deleted";
  }
}
