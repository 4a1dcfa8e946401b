package doni.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Many connections of one client. */
final class Crowd implements AutoCloseable {

  private final List<SocketChannel> connections = new ArrayList<>();
  private int closed;

  /**
   * Opens connections, and sends something on each.
   *
   * @param firsts what is sent, in turn
   */
  static Crowd of(int port, int size, List<String> firsts) throws IOException {
    Crowd crowd = new Crowd();
    for (int i = 0; i < size; i++) {
      SocketChannel connection =
          SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      connection.configureBlocking(false);
      crowd.connections.add(connection);
      crowd.send(connection, firsts.get(i % firsts.size()));
    }
    return crowd;
  }

  void send(String text) {
    connections.forEach(connection -> send(connection, text));
  }

  private void send(SocketChannel connection, String text) {
    if (!connection.isOpen()) {
      return;
    }
    try {
      ByteBuffer received = ByteBuffer.allocate(1024);
      int read = connection.read(received);
      if (read < 0) {
        throw new IOException("closed by the service");
      }
      connection.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException _) {
      closed++;
      closeQuietly(connection);
    }
  }

  int closed() {
    return closed;
  }

  int size() {
    return connections.size();
  }

  @Override
  public void close() {
    connections.forEach(Crowd::closeQuietly);
  }

  private static void closeQuietly(SocketChannel connection) {
    try {
      connection.close();
    } catch (IOException _) {
      // Nothing of it is needed any more.
    }
  }
}
