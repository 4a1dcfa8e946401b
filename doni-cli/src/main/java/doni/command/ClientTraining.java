package doni.command;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Runs commands against a service of its own that always answers the same, so that java records in
 * an AOT cache what commands load ({@code -XX:AOTCacheOutput=FILE}). The launcher does so once.
 */
final class ClientTraining {

  private static final String BODY =
      """
      {"name": "edge-01", "uuid": "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f", "state": "DONE",
       "hardware_type": "device.balena", "created_at": "2031-03-03T12:00:00+00:00", "links": [],
       "properties": {"machine_name": "raspberrypi4-64"}, "total": 40, "done": 40,
       "workers": [{"worker_type": "k8s", "state": "ERROR", "state_details": {"last_error": "x"}}],
       "hardware": [{"name": "edge-01", "uuid": "a", "hardware_type": "device.balena",
         "created_at": "2031-03-03T12:00:00+00:00", "properties": {}, "rate": 1.5,
         "workers": [{"worker_type": "k8s", "state": "STEADY", "state_details": {}}]}],
       "events": [{"id": 1, "at": "2031-03-03T12:00:00+00:00", "kind": "hardware.created",
         "body": {"name": "edge-01"}}],
       "leftovers": [], "availability": [], "hardware_types": [], "sync": []}
      """;

  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("get"),
          List.of("get", "-o", "wide", "--state", "ERROR"),
          List.of("get", "edge-01", "-o", "json"),
          List.of("get", "-o", "yaml"),
          List.of("describe", "edge-01"),
          List.of("events", "edge-01"),
          List.of("create", "edge-02", "-t", "device.balena", "-p", "machine_name=x"),
          List.of("set", "edge-01", "contact_email=a@example.org", "local_egress-"),
          List.of("bake", "edge-01", "-o", "-"),
          List.of("delete", "edge-01"),
          List.of("quarantine", "edge-01", "--reason", "x"),
          List.of("release", "edge-01"),
          List.of("resync", "edge-01"),
          List.of("sync", "--all", "--wait"),
          List.of("plan", "edge-01"),
          List.of("leftovers"),
          List.of("hardware-types"),
          List.of("export"),
          List.of("status"),
          List.of("completion", "bash"),
          List.of("get", "--help"),
          List.of("--help"),
          List.of("get", "--wrong"));

  private ClientTraining() {}

  public static void main(String[] args) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().start(() -> serve(server));
      Map<String, String> environment =
          Map.of("DONI_URL", "http://127.0.0.1:" + server.getLocalPort(), "OS_TOKEN", "training");
      for (List<String> command : COMMANDS) {
        for (boolean terminal : new boolean[] {false, true}) {
          PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
          DoniClient.run(
              command, new CommandConsole(nowhere, nowhere, environment, terminal, time -> {}));
        }
      }
    }
    // The streams of a process, too.
    DoniClient.run(List.of("--version"));
  }

  private static void serve(ServerSocket server) {
    byte[] response =
        ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(BODY.length())
                + "\r\n"
                + BODY
                + "\r\n0\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    while (!server.isClosed()) {
      try (Socket socket = server.accept();
          OutputStream out = socket.getOutputStream()) {
        // The requests are small: they arrive at once.
        int read = socket.getInputStream().read(new byte[8192]);
        if (read > 0) {
          out.write(response);
          out.flush();
        }
      } catch (IOException e) {
        return;
      }
    }
  }
}
