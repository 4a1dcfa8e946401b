package doni.worker.k8s;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class SimulatedK8sWorkerIT extends K8sWorkerContract {

  @TempDir static Path directory;
  private static SimulatedKubeApi api;

  @BeforeAll
  static void startApi() {
    api = new SimulatedKubeApi(directory);
  }

  @AfterAll
  static void stopApi() {
    api.close();
  }

  @Override
  public KubeApi api() {
    return api;
  }
}
