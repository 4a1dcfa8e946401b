package doni.worker.k8s;

import doni.convergence.HardwareFixture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** How the worker reconciles a device's token and Node, with any API. */
@ExtendWith(OutputCaptureExtension.class)
abstract class K8sWorkerContract
    implements TokenContract, NodeContract, DeletionContract, WatchContract {

  private final HardwareFixture device = K8sFixtures.aDevice();
  private K8sSite site;
  private EdgeNodes nodes;

  @BeforeEach
  void openSite() {
    nodes = new EdgeNodes(api().admin());
    site = settings().open();
  }

  @AfterEach
  void closeSite() {
    site.close();
    nodes.leave(device.name());
    nodes.deleteSecret(device.tokenId());
  }

  @Override
  public HardwareFixture device() {
    return device;
  }

  @Override
  public EdgeNodes nodes() {
    return nodes;
  }

  @Override
  public K8sSite site() {
    return site;
  }

  @Override
  public void reopen(K8sSite.Settings settings) {
    site.close();
    site = settings.open();
  }
}
