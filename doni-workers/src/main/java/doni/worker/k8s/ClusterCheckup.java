package doni.worker.k8s;

import doni.worker.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Looks at the kubeconfig, and asks the cluster for the rights that the worker uses. */
final class ClusterCheckup {

  private static final String KUBE_SYSTEM = "kube-system";

  private final Cluster cluster;
  private final K8sProperties properties;

  ClusterCheckup(Cluster cluster, K8sProperties properties) {
    this.cluster = cluster;
    this.properties = properties;
  }

  List<Finding> look() {
    List<Finding> found = new ArrayList<>();
    properties
        .kubeconfig()
        .filter(ClusterCheckup::isForOthers)
        .map(ClusterCheckup::tooOpen)
        .ifPresent(found::add);
    Cluster.Access access = cluster.access(needed());
    found.add(
        access.missing().isEmpty()
            ? new Finding.Ok(access.server() + ": all rights are given")
            : new Finding.Problem(
                access.server() + " does not let us " + text(access.missing()),
                "add to what the kubeconfig's user may do: "
                    + text(access.missing())
                    + (onlyNodeDeletion(access.missing())
                        ? ", or set doni.workers.k8s.on-delete=keep-node"
                        : "")));
    return found;
  }

  private List<Cluster.Right> needed() {
    List<Cluster.Right> rights = new ArrayList<>();
    for (String verb : List.of("get", "list", "watch", "patch")) {
      rights.add(new Cluster.Right(verb, "nodes", ""));
    }
    if (properties.onDelete() == K8sProperties.OnDelete.DELETE_NODE) {
      rights.add(new Cluster.Right("delete", "nodes", ""));
    }
    for (String verb : List.of("get", "create", "patch", "delete")) {
      rights.add(new Cluster.Right(verb, "secrets", KUBE_SYSTEM));
    }
    return rights;
  }

  private static boolean onlyNodeDeletion(List<Cluster.Right> missing) {
    return missing.equals(List.of(new Cluster.Right("delete", "nodes", "")));
  }

  private static String text(List<Cluster.Right> rights) {
    return rights.stream().map(Cluster.Right::toString).collect(Collectors.joining(", "));
  }

  /** Who has it can read every secret of kube-system. */
  private static boolean isForOthers(Path kubeconfig) {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(kubeconfig);
      return permissions.contains(PosixFilePermission.OTHERS_READ)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)
          || permissions.contains(PosixFilePermission.GROUP_WRITE);
    } catch (IOException | UnsupportedOperationException _) {
      // One that is missing or cannot be read is told of by the connection.
      return false;
    }
  }

  private static Finding tooOpen(Path kubeconfig) {
    return new Finding.Problem(
        "the kubeconfig " + kubeconfig + " can be read or changed by others",
        "chmod 600 " + kubeconfig);
  }
}
