package doni.worker.blazar;

import doni.convergence.FaultyCalls;
import doni.convergence.WorkerBench;
import doni.convergence.WorkerContractTest;
import doni.enrollment.Hardware;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;

class BlazarHttpContractIT {

  @Nested
  class Devices extends WorkerContractTest {
    @Override
    protected WorkerBench open() {
      return bench(ResourceKind.DEVICE);
    }

    @Override
    protected boolean marksItsObjects() {
      return true;
    }
  }

  /** As at a site without the k8s worker. */
  @Nested
  class DevicesWhoseNodesAreNotReported extends WorkerContractTest {
    @Override
    protected WorkerBench open() {
      return bench(ResourceKind.DEVICE, false);
    }

    @Override
    protected boolean marksItsObjects() {
      return true;
    }
  }

  @Nested
  class Hosts extends WorkerContractTest {
    @Override
    protected WorkerBench open() {
      return bench(ResourceKind.HOST);
    }

    @Override
    protected boolean marksItsObjects() {
      return true;
    }
  }

  private static WorkerBench bench(ResourceKind kind) {
    return bench(kind, true);
  }

  private static WorkerBench bench(ResourceKind kind, boolean reportsNodes) {
    BlazarSite site = new BlazarSite();
    HttpBench bench = new HttpBench(kind, site, site.client(), reportsNodes);
    // A Blazar that releases names, as older builds do: otherwise a device cannot be created again.
    site.blazar.uniqueNames(false);
    bench.join(bench.nodeName());
    return bench;
  }

  private static final class HttpBench extends BlazarBench {

    private final BlazarSite site;
    private final boolean reportsNodes;

    private HttpBench(
        ResourceKind kind, BlazarSite site, BlazarClient client, boolean reportsNodes) {
      super(
          kind,
          FaultyCalls.overHttp(
              BlazarClient.class, client, "blazar", BlazarBench::writes, site.blazar.faults()),
          client,
          site.clock);
      this.site = site;
      this.reportsNodes = reportsNodes;
    }

    @Override
    public Map<String, Map<String, Object>> dependencies(Hardware hardware) {
      return reportsNodes ? super.dependencies(hardware) : Map.of();
    }

    @Override
    void join(String nodeName) {
      switch (kind()) {
        case DEVICE -> site.nodes.join(nodeName);
        case HOST -> site.blazar.addHypervisor(nodeName);
      }
    }

    /** Not of a device that has a lease. */
    @Override
    boolean changesProperties() {
      return false;
    }

    @Override
    void disturb(String key, @Nullable String value) {
      if (value == null) {
        site.blazar.removeCapability(nodeName(), key);
      } else {
        site.blazar.setCapability(nodeName(), key, value);
      }
    }

    @Override
    public void deleteResource(Hardware hardware) {
      site.blazar.forget(nodeName());
    }

    @Override
    public Map<String, String> secrets() {
      return Map.of("password", site.keystone.user("doni").password());
    }

    @Override
    public void close() {
      site.close();
    }
  }
}
