package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code doctor} reports of the cluster. */
class ClusterDiagnosticsIT {

  @TempDir Path directory = Path.of("");
  private SimulatedKubeApi api;

  @BeforeEach
  void open() throws IOException {
    api = new SimulatedKubeApi(directory);
    Files.setPosixFilePermissions(api.kubeconfig(), PosixFilePermissions.fromString("rw-------"));
  }

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void acceptsThePermissionsThatTheWorkerUses() {
    try (K8sSite site = K8sSite.through(api.kubeconfig()).open()) {
      assertThat(site.worker().check())
          .singleElement()
          .isInstanceOf(Finding.Ok.class)
          .extracting(Finding::found)
          .asString()
          .endsWith(": all permissions granted");
    }
  }

  @Test
  void namesMissingPermissions() {
    api.simulated().revoke("patch", "nodes");
    api.simulated().revoke("create", "secrets");

    try (K8sSite site = K8sSite.through(api.kubeconfig()).open()) {
      assertThat(site.worker().check())
          .singleElement()
          .isInstanceOfSatisfying(
              Finding.Problem.class,
              problem ->
                  assertThat(problem.found())
                      .endsWith("denies: patch nodes, create secrets in kube-system"));
    }
  }

  @Test
  void needsNodeDeletionOnlyWhereNodesAreDeleted() {
    api.mayDeleteNodes(false);

    try (K8sSite deleting = K8sSite.through(api.kubeconfig()).open();
        K8sSite keeping = K8sSite.through(api.kubeconfig()).keepingNodes().open()) {
      assertThat(deleting.worker().check())
          .singleElement()
          .isInstanceOfSatisfying(
              Finding.Problem.class,
              problem ->
                  assertThat(problem.advice())
                      .contains("delete nodes, or set doni.workers.k8s.on-delete=keep-node"));
      assertThat(keeping.worker().check()).hasOnlyElementsOfType(Finding.Ok.class);
    }
  }

  @Test
  void reportsAKubeconfigThatOthersCanRead() throws IOException {
    Files.setPosixFilePermissions(api.kubeconfig(), PosixFilePermissions.fromString("rw-r--r--"));

    try (K8sSite site = K8sSite.through(api.kubeconfig()).open()) {
      assertThat(site.worker().check())
          .contains(
              new Finding.Problem(
                  "other users can read or change the kubeconfig " + api.kubeconfig(),
                  "chmod 600 " + api.kubeconfig()));
    }
  }
}
