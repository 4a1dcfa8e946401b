package doni.worker.tunelo;

import doni.plan.PlanProperty;
import doni.worker.Change;
import doni.worker.ReconcileContext.Cause;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TuneloPlanIT {

  private static final List<String> NAMES = List.of("user", "mgmt", "third");

  private EdgeDevice device = new EdgeDevice();

  private static String callOf(Change change) {
    return change.action() == Change.Action.CREATE
        ? "POST /channels"
        : "DELETE /channels/" + change.object().substring("channel ".length());
  }

  @Test
  void plansEqualTheCallsThatFollow() throws Exception {
    try (TuneloSite site = new TuneloSite()) {
      device = site.enroll();
      new PlanProperty(site.tunelo().calls(), TuneloPlanIT::callOf)
          .holds(
              100,
              List.of(
                  this::want,
                  this::want,
                  this::unwant,
                  random -> lose(site, random),
                  random -> foreign(site, random),
                  _ -> replace(site)),
              () -> site.plan(device, Cause.REQUESTED),
              () -> site.requested(device),
              _ -> {
                var _ = site.requested(device);
              });
    }
  }

  private static String name(Random random) {
    return NAMES.get(random.nextInt(NAMES.size()));
  }

  private String want(Random random) {
    String name = name(random);
    int key = 1 + NAMES.indexOf(name) + 10 * random.nextInt(5);
    device.with(name, EdgeDevice.key(key));
    return name + " has key " + key;
  }

  private String unwant(Random random) {
    String name = name(random);
    device.without(name);
    return "no " + name;
  }

  private String lose(TuneloSite site, Random random) {
    String uuid = device.uuid(name(random));
    if (site.tunelo().channels().contains(uuid)) {
      site.tunelo().remove(uuid);
    }
    return uuid + " is gone";
  }

  private String foreign(TuneloSite site, Random random) {
    site.tunelo().addChannel(EdgeDevice.key(100 + random.nextInt(20)));
    return "another client's channel";
  }

  private String replace(TuneloSite site) {
    if (device.isDeleted()) {
      site.disenroll(device);
      device = site.enroll();
      return "another device";
    }
    device.delete();
    return "the device is deleted";
  }
}
