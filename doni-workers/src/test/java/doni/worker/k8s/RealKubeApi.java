package doni.worker.k8s;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real API server with its controllers, started by {@code src/test/peers/kube}. */
final class RealKubeApi implements KubeApi {

  private static final Path SCRIPT = Path.of("..", "src", "test", "peers", "kube").toAbsolutePath();

  private final Path directory;
  private final KubernetesClient admin;

  RealKubeApi(Path directory) {
    this.directory = directory;
    run("start");
    admin =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(directory.resolve("admin.kubeconfig").toFile()))
            .build();
  }

  @Override
  public Path kubeconfig() {
    return directory.resolve("doni.kubeconfig");
  }

  @Override
  public KubernetesClient admin() {
    return admin;
  }

  @Override
  public void mayDeleteNodes(boolean may) {
    List<String> verbs =
        Stream.concat(
                Stream.of("get", "list", "watch", "patch"),
                may ? Stream.of("delete") : Stream.empty())
            .toList();
    var _ =
        admin
            .rbac()
            .clusterRoles()
            .withName("doni")
            .edit(role -> {
              role.getRules().getFirst().setVerbs(verbs);
              return role;
            });
  }

  @Override
  public void close() {
    admin.close();
    run("stop");
  }

  private void run(String verb) {
    try {
      Process process =
          new ProcessBuilder(SCRIPT.toString(), verb, directory.toString())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("kube." + verb + ".log").toFile())
              .start();
      if (!process.waitFor(3, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IllegalStateException("peers/kube %s failed, see %s".formatted(verb, directory));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
