package doni.worker.balena;

import doni.convergence.FaultyCalls;
import doni.enrollment.Hardware;
import doni.simulator.SiteClock;
import doni.simulator.balena.SimulatedBalena;
import java.time.Duration;
import java.util.TreeMap;

class BalenaHttpContractIT extends BalenaWorkerContract {

  /** Returns whether a device gets its services some time after its registration. */
  boolean installsLate() {
    return true;
  }

  @Override
  protected BalenaServerBench open() {
    BalenaSite site = new BalenaSite(new SiteClock(BalenaFixtures.NOW, Duration.ZERO));
    site.balena().installLate(installsLate());
    BalenaProperties properties =
        site.properties(site.balena().token(), BalenaFixtures.MAPPING, Duration.ofSeconds(1));
    return new HttpBench(site, site.client(properties), properties);
  }

  private static final class HttpBench extends BalenaServerBench {

    private final BalenaSite site;
    private final SimulatedBalena balena;
    private final long otherFleet;

    private HttpBench(BalenaSite site, BalenaClient client, BalenaProperties properties) {
      super(
          FaultyCalls.overHttp(
              BalenaClient.class,
              client,
              BalenaApi.SERVICE,
              BalenaBench::writes,
              site.balena().faults()),
          client,
          properties,
          site.clock());
      this.site = site;
      this.balena = site.balena();
      this.otherFleet = balena.addFleet("lab", "other", "raspberrypi4-64");
      balena.release(otherFleet, BalenaFixtures.SERVICE, "wireguard");
    }

    @Override
    long fleet() {
      return site.fleet();
    }

    @Override
    long otherFleet() {
      return otherFleet;
    }

    /** Installs the fleet's services on the device. */
    @Override
    public void proceed(Hardware hardware) {
      super.proceed(hardware);
      balena.catchUp();
    }

    /** Returns all write requests that the simulator got, including those that it refused. */
    @Override
    public int writes() {
      return Math.toIntExact(balena.calls().writes());
    }

    @Override
    public String snapshot() {
      return "%d devices: %s %s %s %s"
          .formatted(
              balena.devices(),
              balena.deviceName(UUID),
              balena.deviceType(UUID),
              new TreeMap<>(balena.deviceVariables(UUID)),
              new TreeMap<>(balena.serviceVariables(UUID, BalenaFixtures.SERVICE)));
    }

    @Override
    public void close() {
      site.close();
    }
  }
}
