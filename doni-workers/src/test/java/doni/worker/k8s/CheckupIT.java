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

/** What an operator is told of the cluster and the rights in it. */
class CheckupIT {

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
  void isContentWithTheRightsThatTheWorkerUses() {
    try (K8sSite site = K8sSite.through(api.kubeconfig()).open()) {
      assertThat(site.worker().check())
          .singleElement()
          .isInstanceOf(Finding.Ok.class)
          .extracting(Finding::found)
          .asString()
          .endsWith(": all rights are given");
    }
  }

  @Test
  void namesTheRightsThatAreMissing() {
    api.simulated().revoke("patch", "nodes");
    api.simulated().revoke("create", "secrets");

    try (K8sSite site = K8sSite.through(api.kubeconfig()).open()) {
      assertThat(site.worker().check())
          .singleElement()
          .isInstanceOfSatisfying(
              Finding.Problem.class,
              wrong ->
                  assertThat(wrong.found())
                      .endsWith("does not let us patch nodes, create secrets in kube-system"));
    }
  }

  @Test
  void needsTheRightToDeleteNodesOnlyToDeleteThem() {
    api.mayDeleteNodes(false);

    try (K8sSite deleting = K8sSite.through(api.kubeconfig()).open();
        K8sSite keeping = K8sSite.through(api.kubeconfig()).keepingNodes().open()) {
      assertThat(deleting.worker().check())
          .singleElement()
          .isInstanceOfSatisfying(
              Finding.Problem.class,
              wrong ->
                  assertThat(wrong.advice())
                      .contains("delete nodes, or set doni.workers.k8s.on-delete=keep-node"));
      assertThat(keeping.worker().check()).hasOnlyElementsOfType(Finding.Ok.class);
    }
  }

  @Test
  void seesThatOthersMayReadTheKubeconfig() throws IOException {
    Files.setPosixFilePermissions(api.kubeconfig(), PosixFilePermissions.fromString("rw-r--r--"));

    try (K8sSite site = K8sSite.through(api.kubeconfig()).open()) {
      assertThat(site.worker().check())
          .contains(
              new Finding.Problem(
                  "the kubeconfig " + api.kubeconfig() + " can be read or changed by others",
                  "chmod 600 " + api.kubeconfig()));
    }
  }
}
