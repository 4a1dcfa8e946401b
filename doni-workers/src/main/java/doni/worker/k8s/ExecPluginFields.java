package doni.worker.k8s;

import doni.worker.k8s.KubeconfigContext.KubeServer;
import doni.worker.k8s.KubeconfigContext.UnusableKubeconfigException;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.ExecConfig;
import io.fabric8.kubernetes.api.model.ExecEnvVar;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads and checks what one context of a kubeconfig says of its credential plugin. */
final class ExecPluginFields {

  /** Why a credential plugin cannot be asked for anything: a service has no terminal. */
  private static final String ALWAYS = "Always";

  private final KubeconfigFields fields;

  ExecPluginFields(KubeconfigFields fields) {
    this.fields = fields;
  }

  ExecPlugin plugin(ExecConfig exec, Cluster cluster, KubeServer server)
      throws UnusableKubeconfigException {
    fields.refuseUnknown("credential plugin (exec)", exec.getAdditionalProperties());
    String version = exec.getApiVersion();
    if (version == null || !ExecPlugin.VERSIONS.contains(version)) {
      throw fields.refused(
          "exec.apiVersion", "must be " + String.join(" or ", ExecPlugin.VERSIONS));
    }
    String mode = exec.getInteractiveMode();
    if (ALWAYS.equals(mode)) {
      throw fields.refused("exec.interactiveMode", "must not be Always: a service has no terminal");
    }
    if (mode != null && !mode.isEmpty() && !Set.of("Never", "IfAvailable").contains(mode)) {
      throw fields.refused("exec.interactiveMode", "must be Never or IfAvailable");
    }
    List<String> command = new ArrayList<>(List.of(executable(exec.getCommand()).toString()));
    for (String argument : Objects.requireNonNullElse(exec.getArgs(), List.<String>of())) {
      if (hasNul(argument)) {
        throw fields.refused("exec.args", "must not contain the character U+0000");
      }
      command.add(argument);
    }
    boolean told = Boolean.TRUE.equals(exec.getProvideClusterInfo());
    return new ExecPlugin(
        fields.context(),
        command,
        environment(exec),
        version,
        told ? Optional.of(ExecPlugin.clusterInfo(cluster, server)) : Optional.empty());
  }

  private Map<String, String> environment(ExecConfig exec) throws UnusableKubeconfigException {
    Map<String, String> environment = new LinkedHashMap<>();
    for (ExecEnvVar variable : exec.getEnv() == null ? List.<ExecEnvVar>of() : exec.getEnv()) {
      String name = variable.getName();
      if (name == null || name.isEmpty() || name.contains("=") || hasNul(name)) {
        throw fields.refused("exec.env", "every variable needs a name");
      }
      String value = Objects.requireNonNullElse(variable.getValue(), "");
      if (hasNul(value)) {
        throw fields.refused("exec.env", "values must not contain the character U+0000");
      }
      environment.put(name, value);
    }
    return environment;
  }

  /** No program can be given such a text. */
  private static boolean hasNul(String text) {
    return text.indexOf('\0') >= 0;
  }

  /** Finds the program: in the {@code PATH}, or relative to the kubeconfig where it has a slash. */
  private Path executable(@Nullable String command) throws UnusableKubeconfigException {
    if (command == null || command.isBlank()) {
      throw fields.refused("exec.command", "is missing");
    }
    List<Path> candidates = new ArrayList<>();
    if (command.contains("/")) {
      candidates.add(fields.resolved("exec.command", command));
    } else {
      for (String folder : String.valueOf(System.getenv("PATH")).split(":", -1)) {
        candidates.add(fields.resolved("exec.command", folder).resolve(command));
      }
    }
    return candidates.stream()
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst()
        .orElseThrow(() ->
            fields.refused(
                "exec.command",
                "cannot be run: %s is not an executable file"
                    .formatted(command.replaceAll("\\p{C}", "?"))));
  }
}
