package doni.system;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * An address in front of a server, which can let connections go silent, as a firewall does that
 * forgets them, which can end them, and which can lead to another server, as a service address
 * does.
 */
final class TcpForwarder implements AutoCloseable {

  private static final int BUFFER = 65_536;

  /** One connection of a client; nothing passes while it is frozen. */
  private static final class Link implements AutoCloseable {
    private final Socket client;
    private final Socket server;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean frozen;

    Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void start() {
      Thread.startVirtualThread(() -> pump(client, server));
      Thread.startVirtualThread(() -> pump(server, client));
    }

    private void pump(Socket from, Socket to) {
      byte[] buffer = new byte[BUFFER];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          if (frozen) {
            closed.await();
            return;
          }
          out.write(buffer, 0, read);
        }
        if (frozen) {
          closed.await();
        }
      } catch (IOException e) {
        // The other side has ended the connection, and so does this one.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        if (!frozen) {
          close();
        }
      }
    }

    @Override
    public void close() {
      closed.countDown();
      for (Socket socket : List.of(client, server)) {
        try {
          socket.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private final ServerSocket address;
  private final List<Link> links = new CopyOnWriteArrayList<>();
  private volatile int target;
  private volatile boolean allSilent;

  TcpForwarder(int target) {
    this.target = target;
    try {
      address = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return address.getLocalPort();
  }

  /** From now on, connections that exist stay open and carry nothing; new ones work. */
  int freeze() {
    links.forEach(link -> link.frozen = true);
    return links.size();
  }

  /** As {@link #freeze}, and new connections are silent as well until {@link #thaw}. */
  void freezeAll() {
    allSilent = true;
    freeze();
  }

  /** From now on, new connections work; those that are silent stay so. */
  void thaw() {
    allSilent = false;
  }

  /** Ends all connections that exist, as a router does that restarts; new ones work. */
  void cut() {
    links.forEach(Link::close);
    links.clear();
  }

  /** Leads new connections to another port. */
  void leadTo(int port) {
    target = port;
  }

  private void accept() {
    while (!address.isClosed()) {
      try {
        Socket client = address.accept();
        connect(client);
      } catch (IOException e) {
        // Closed, or the client has gone again.
      }
    }
  }

  private void connect(Socket client) throws IOException {
    try {
      Link link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), target));
      link.frozen = allSilent;
      links.add(link);
      link.start();
    } catch (IOException e) {
      client.close();
    }
  }

  @Override
  public void close() {
    try {
      address.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    links.forEach(Link::close);
  }
}
