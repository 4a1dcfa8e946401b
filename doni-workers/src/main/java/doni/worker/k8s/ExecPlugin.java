package doni.worker.k8s;

import doni.enrollment.Secret;
import doni.worker.k8s.KubeconfigContext.ClientKey;
import doni.worker.k8s.KubeconfigContext.KubeServer;
import doni.worker.k8s.KubeconfigContext.UnusableKubeconfigException;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.NamedExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A program that prints a credential, as described for {@code exec} in the Kubernetes documentation
 * on client-go credential plugins.
 *
 * <p>It runs in a process group of its own, without a terminal and without Doni's own settings in
 * its environment. When it has ended, or its time is over, the whole group ends.
 *
 * @param context the kubeconfig's context, for messages
 * @param command the program and its arguments
 * @param environment added to Doni's own
 * @param clusterInfo what it is told of the cluster
 */
record ExecPlugin(
    String context,
    List<String> command,
    Map<String, String> environment,
    String apiVersion,
    Optional<JsonNode> clusterInfo) {

  /**
   * What a plugin printed.
   *
   * @param expires when the plugin must run again
   */
  record PluginCredential(
      Optional<Secret> token, Optional<ClientKey> certificate, Optional<Instant> expires) {}

  static final List<String> VERSIONS =
      List.of("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1");

  /** Longer than a plugin needs that asks a cloud's login service. */
  static final Duration TIME_LIMIT = Duration.ofSeconds(30);

  private static final String INFO = "KUBERNETES_EXEC_INFO";

  /** The name under which a cluster's extension is meant for its plugin. */
  private static final String EXTENSION = "client.authentication.k8s.io/exec";

  private static final int LONGEST_OUTPUT = 1 << 20;
  private static final long POLL_MILLIS = 20;

  /** Starts a program in a session, and so in a process group, of its own; part of util-linux. */
  private static final Optional<String> SETSID =
      Stream.of("/usr/bin/setsid", "/bin/setsid")
          .filter(file -> Files.isExecutable(Path.of(file)))
          .findFirst();

  ExecPlugin {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  String program() {
    return command.getFirst();
  }

  /** Returns what a plugin with {@code provideClusterInfo} is told. */
  static JsonNode clusterInfo(Cluster cluster, KubeServer server) {
    ObjectNode info = JsonNodeFactory.instance.objectNode();
    info.put("server", cluster.getServer());
    if (server.tlsName() != null) {
      info.put("tls-server-name", server.tlsName());
    }
    if (server.unverified()) {
      info.put("insecure-skip-tls-verify", true);
    }
    if (server.authorities() != null) {
      info.put(
          "certificate-authority-data",
          Base64.getEncoder()
              .encodeToString(server.authorities().getBytes(StandardCharsets.ISO_8859_1)));
    }
    if (server.proxy() != null) {
      info.put("proxy-url", cluster.getProxyUrl());
    }
    if (Boolean.TRUE.equals(cluster.getDisableCompression())) {
      info.put("disable-compression", true);
    }
    List<NamedExtension> extensions =
        cluster.getExtensions() == null ? List.of() : cluster.getExtensions();
    extensions.stream()
        .filter(extension -> EXTENSION.equals(extension.getName()))
        .findFirst()
        .map(NamedExtension::getExtension)
        .ifPresent(config -> info.set("config", JsonMapper.shared().valueToTree(config)));
    return info;
  }

  /**
   * Runs the program and reads its credential.
   *
   * @param timeLimit after which it is stopped
   * @throws InterruptedException if the thread is interrupted; the program is stopped then, too
   */
  PluginCredential run(Duration timeLimit)
      throws UnusableKubeconfigException, InterruptedException {
    Process process = start();
    try {
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      long end = System.nanoTime() + timeLimit.toNanos();
      boolean ended = false;
      while (!ended && System.nanoTime() < end) {
        ended = process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
        readAvailable(process.getInputStream(), output);
      }
      if (!ended) {
        throw unusable("did not end within %d s and was stopped".formatted(timeLimit.toSeconds()));
      }
      if (process.exitValue() != 0) {
        throw unusable(
            "failed with exit status %d; run it by hand to see why".formatted(process.exitValue()));
      }
      return credential(output.toString(StandardCharsets.UTF_8));
    } finally {
      stop(process);
    }
  }

  private Process start() throws UnusableKubeconfigException {
    List<String> whole = new ArrayList<>();
    SETSID.ifPresent(whole::add);
    whole.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(whole);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    // It may hold the credential, so it goes into no log.
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    // Secrets of Doni, such as the key of its database.
    builder.environment().keySet().removeIf(ExecPlugin::isOurs);
    builder.environment().putAll(environment);
    builder.environment().put(INFO, info());
    try {
      return builder.start();
    } catch (IOException e) {
      throw unusable("cannot be run (" + e.getClass().getSimpleName() + ")");
    }
  }

  private static boolean isOurs(String variable) {
    return variable.startsWith("DONI_") || variable.startsWith("SPRING_");
  }

  private String info() {
    ObjectNode credential = JsonNodeFactory.instance.objectNode();
    credential.put("apiVersion", apiVersion).put("kind", "ExecCredential");
    ObjectNode spec = credential.putObject("spec").put("interactive", false);
    clusterInfo.ifPresent(cluster -> spec.set("cluster", cluster));
    return credential.toString();
  }

  /** Never waits for output: a child of the program may keep its pipe open for ever. */
  private void readAvailable(InputStream in, ByteArrayOutputStream output)
      throws UnusableKubeconfigException {
    try {
      for (int count = in.available(); count > 0; count = in.available()) {
        output.writeBytes(in.readNBytes(count));
        if (output.size() > LONGEST_OUTPUT) {
          throw unusable("printed more than 1 MiB");
        }
      }
    } catch (IOException _) {
      throw unusable("closed its output");
    }
  }

  /** Ends the program with all its children, also those that are not its own any more. */
  private static void stop(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    if (SETSID.isPresent()) {
      killGroup(process.pid());
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }

  private static void killGroup(long leader) {
    try {
      var _ =
          new ProcessBuilder("/bin/sh", "-c", "kill -KILL -- \"-$0\"", Long.toString(leader))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException _) {
      // Without a shell, the children that were found are stopped.
    }
  }

  private PluginCredential credential(String output) throws UnusableKubeconfigException {
    JsonNode printed = parsed(output);
    if (!printed.path("kind").asString("").equals("ExecCredential")
        || !printed.path("apiVersion").asString("").equals(apiVersion)) {
      throw unusable("must print an ExecCredential of " + apiVersion);
    }
    JsonNode status = printed.path("status");
    Optional<Secret> token =
        text(status, "token").filter(KubeconfigFields::isToken).map(Secret::new);
    Optional<Secret> certificate = text(status, "clientCertificateData").map(Secret::new);
    Optional<Secret> key = text(status, "clientKeyData").map(Secret::new);
    if (certificate.isPresent() != key.isPresent()
        || (token.isEmpty() && certificate.isEmpty())
        || (token.isEmpty() && text(status, "token").isPresent())) {
      throw unusable("must print a token, or a client certificate and its key");
    }
    return new PluginCredential(
        token,
        certificate.map(pem -> new ClientKey(pem, key.orElseThrow())),
        expiration(text(status, "expirationTimestamp").orElse(null)));
  }

  private JsonNode parsed(String output) throws UnusableKubeconfigException {
    try {
      return JsonMapper.shared().readTree(output);
    } catch (JacksonException _) {
      throw unusable("must print JSON");
    }
  }

  private static Optional<String> text(JsonNode status, String name) {
    return Optional.of(status.path(name).asString("")).filter(text -> !text.isEmpty());
  }

  private Optional<Instant> expiration(@Nullable String text) throws UnusableKubeconfigException {
    try {
      return Optional.ofNullable(text).map(time -> OffsetDateTime.parse(time).toInstant());
    } catch (DateTimeException _) {
      throw unusable("printed an expirationTimestamp that is not a time");
    }
  }

  private UnusableKubeconfigException unusable(String what) {
    return new UnusableKubeconfigException(
        "context '%s': credential plugin %s %s".formatted(context, program(), what));
  }
}
