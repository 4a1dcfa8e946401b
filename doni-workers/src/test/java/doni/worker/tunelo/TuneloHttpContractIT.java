package doni.worker.tunelo;

import doni.convergence.FaultyCalls;
import doni.convergence.WorkerBench;
import doni.convergence.WorkerContractTest;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;
import java.util.Map;

class TuneloHttpContractIT extends WorkerContractTest {

  @Override
  protected WorkerBench open() {
    return new HttpBench(new TuneloSite(TuneloBench.TICK));
  }

  private static final class HttpBench extends TuneloBench {

    private final TuneloSite site;

    private HttpBench(TuneloSite site) {
      super(
          FaultyCalls.overHttp(
              TuneloClient.class,
              site.client(),
              "tunelo",
              TuneloBench::writes,
              site.tunelo().faults()),
          site.client(),
          site.clock());
      this.site = site;
    }

    @Override
    void update(TuneloChannel channel, String publicKey) {
      site.tunelo().update(channel.uuid(), publicKey);
    }

    @Override
    public Map<String, String> secrets() {
      return Map.of("password", site.keystone().user("doni").password());
    }

    @Override
    public void close() {
      site.close();
    }
  }
}
