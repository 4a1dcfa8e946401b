package doni.bench;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@link BareServer} as a process of its own, on the JDK that runs this one. */
final class BareProcess implements AutoCloseable {

  private final Process process;
  private final int port;

  private BareProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it with the options that the launcher gives the service.
   *
   * @param databaseUrl of a database that has the schema
   */
  static BareProcess start(String databaseUrl) throws IOException {
    Process process =
        new ProcessBuilder(
                List.of(
                    ProcessHandle.current().info().command().orElse("java"),
                    "-Xms160m",
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-Dsun.net.httpserver.nodelay=true",
                    "-cp",
                    System.getProperty("java.class.path"),
                    BareServer.class.getName(),
                    databaseUrl))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith(BareServer.PORT)) {
        Thread.startVirtualThread(() -> output.lines().forEach(_ -> {}));
        return new BareProcess(process, Integer.parseInt(line.substring(BareServer.PORT.length())));
      }
    }
    throw new EOFException("the bare server ended with " + process.onExit().join().exitValue());
  }

  int port() {
    return port;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  @Override
  public void close() {
    process.destroy();
  }
}
