package doni.worker.k8s;

import doni.worker.Finding;
import doni.worker.k8s.K8sClient.Permission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks the kubeconfig, and the permissions that the worker uses. */
final class ClusterDiagnostics {

  private static final String KUBE_SYSTEM = "kube-system";

  private final K8sClient client;
  private final K8sProperties properties;

  ClusterDiagnostics(K8sClient client, K8sProperties properties) {
    this.client = client;
    this.properties = properties;
  }

  List<Finding> check() {
    List<Finding> found = new ArrayList<>();
    properties
        .kubeconfig()
        .filter(ClusterDiagnostics::isForOthers)
        .map(ClusterDiagnostics::tooOpen)
        .ifPresent(found::add);
    K8sClient.GrantedAccess access = client.access(needed());
    found.add(
        access.missing().isEmpty()
            ? new Finding.Ok(access.server() + ": all permissions granted")
            : new Finding.Problem(
                access.server() + " denies: " + text(access.missing()),
                "grant the kubeconfig's user: "
                    + text(access.missing())
                    + (onlyNodeDeletion(access.missing())
                        ? ", or set doni.workers.k8s.on-delete=keep-node"
                        : "")));
    return found;
  }

  private List<Permission> needed() {
    List<Permission> permissions = new ArrayList<>();
    for (String verb : List.of("get", "list", "watch", "patch")) {
      permissions.add(new Permission(verb, "nodes", ""));
    }
    if (properties.onDelete() == K8sProperties.OnDelete.DELETE_NODE) {
      permissions.add(new Permission("delete", "nodes", ""));
    }
    for (String verb : List.of("get", "create", "patch", "delete")) {
      permissions.add(new Permission(verb, "secrets", KUBE_SYSTEM));
    }
    return permissions;
  }

  private static boolean onlyNodeDeletion(List<Permission> missing) {
    return missing.equals(List.of(new Permission("delete", "nodes", "")));
  }

  private static String text(List<Permission> permissions) {
    return permissions.stream().map(Permission::toString).collect(Collectors.joining(", "));
  }

  /** With the kubeconfig, every secret of kube-system can be read. */
  private static boolean isForOthers(Path kubeconfig) {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(kubeconfig);
      return permissions.contains(PosixFilePermission.OTHERS_READ)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)
          || permissions.contains(PosixFilePermission.GROUP_WRITE);
    } catch (IOException | UnsupportedOperationException _) {
      // The connection reports a file that is missing or cannot be read.
      return false;
    }
  }

  private static Finding tooOpen(Path kubeconfig) {
    return new Finding.Problem(
        "other users can read or change the kubeconfig " + kubeconfig, "chmod 600 " + kubeconfig);
  }
}
