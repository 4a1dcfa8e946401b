package doni.api.admission;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tomcat's HTTP/1.1 connector, which in addition closes connections that wait for their client.
 *
 * <p>Tomcat's own time limit begins again with every byte, and at its maximum of connections it
 * accepts none, so that clients who send nothing could keep all others out. Four times per second,
 * this connector closes
 *
 * <ul>
 *   <li>connections whose request head has not arrived within 10 s;
 *   <li>those whose request body has not arrived within 25 s and one more second for every 64 KiB
 *       of it. That is longer than Tomcat waits for the next byte, and counts as well while the
 *       body is only skipped, because the request was refused;
 *   <li>while more than half of the connections are taken: those that have been idle for 2 s;
 *   <li>while more than all of them are taken: those that have waited longest, until a tenth is
 *       free. A quarter more is accepted meanwhile, so that other clients need not wait for that.
 * </ul>
 *
 * <p>A connection whose request is being served is not closed, unless the thread that serves it
 * waits for the body. Tomcat creates the connector from its class name, so it is public and has no
 * dependencies.
 */
public final class GuardedHttp11Protocol extends Http11NioProtocol {

  private static final Logger LOG = LoggerFactory.getLogger(GuardedHttp11Protocol.class);

  private static final Duration PERIOD = Duration.ofMillis(250);

  private final Map<SocketWrapperBase<?>, Request> served = new ConcurrentHashMap<>();

  /**
   * Told to end by an earlier sweep, and still open: on a busy machine, a thread needs its time.
   */
  private final Set<SocketWrapperBase<NioChannel>> ending = new HashSet<>();

  private int connections;
  private @Nullable Clock clock;
  private @Nullable ScheduledFuture<?> sweeps;

  /**
   * Has to be called before the start.
   *
   * @param limit how many connections may be open at the same time
   */
  public void guard(int limit, Clock wallClock) {
    connections = limit;
    clock = wallClock;
    setMaxConnections(limit + limit / 4);
  }

  @Override
  protected Processor createProcessor() {
    return new RememberedProcessor();
  }

  @Override
  public void start() throws Exception {
    super.start();
    Clock wallClock = Objects.requireNonNull(clock);
    sweeps =
        getUtilityExecutor()
            .scheduleWithFixedDelay(
                () -> sweep(wallClock),
                PERIOD.toMillis(),
                PERIOD.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  @Override
  public void stop() throws Exception {
    if (sweeps != null) {
      sweeps.cancel(false);
    }
    super.stop();
  }

  private void sweep(Clock wallClock) {
    try {
      closeWaitingConnections(wallClock);
    } catch (RuntimeException e) {
      // An uncaught exception would end the repetition.
      LOG.warn("Waiting connections could not be closed; the next sweep follows", e);
    }
  }

  private void closeWaitingConnections(Clock wallClock) {
    List<WaitingConnection> waiting = new ArrayList<>();
    // Tomcat's own count is one higher, by the connection that it would accept next.
    int open = 0;
    for (SocketWrapperBase<NioChannel> connection : getEndpoint().getConnections()) {
      open++;
      WaitingConnection.of(connection, served.get(connection), wallClock).ifPresent(waiting::add);
    }
    waiting.sort(Comparator.comparing(WaitingConnection::waited).reversed());
    ending.removeIf(SocketWrapperBase::isClosed);
    int surplus = open > connections ? open - connections + connections / 10 - ending.size() : 0;
    for (WaitingConnection connection : waiting) {
      if ((surplus > 0 || connection.isLate(open > connections / 2))
          && ending.add(connection.socket())) {
        surplus--;
        close(connection);
      }
    }
  }

  /**
   * Closes it as Tomcat closes a connection that timed out: on a thread that holds its lock. The
   * thread that waits for a body holds it, and sees the end of the body instead, so that it can
   * still answer.
   */
  private void close(WaitingConnection connection) {
    SocketWrapperBase<NioChannel> socket = connection.socket();
    if (connection.awaited() == WaitingConnection.Awaited.BODY) {
      shutdownInput(socket.getSocket().getIOChannel());
      return;
    }
    socket.setError(new SocketTimeoutException());
    if (!getEndpoint().processSocket(socket, SocketEvent.ERROR, true)) {
      socket.close();
    }
  }

  private static void shutdownInput(@Nullable SocketChannel channel) {
    if (channel == null) {
      return;
    }
    try {
      channel.shutdownInput();
    } catch (IOException e) {
      LOG.debug("A connection was closed before its body was cut off", e);
    }
  }

  /** Remembers which request it is serving on which connection. */
  private final class RememberedProcessor extends Http11Processor {

    RememberedProcessor() {
      super(GuardedHttp11Protocol.this, GuardedHttp11Protocol.this.getAdapter());
    }

    @Override
    public SocketState process(SocketWrapperBase<?> socket, SocketEvent event) throws IOException {
      served.put(socket, request);
      try {
        return super.process(socket, event);
      } finally {
        served.remove(socket);
      }
    }
  }
}
