package doni.api.admission;

import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
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
 *   <li>while more than half of the connections are taken: those that have been idle for 2 s;
 *   <li>while more than all of them are taken: those that have waited longest, until a tenth is
 *       free. A quarter more is accepted meanwhile, so that other clients need not wait for that.
 * </ul>
 *
 * <p>A connection whose request is being served is never closed. Tomcat creates the connector from
 * its class name, so it is public and has no dependencies.
 */
public final class GuardedHttp11Protocol extends Http11NioProtocol {

  private static final Logger LOG = LoggerFactory.getLogger(GuardedHttp11Protocol.class);

  private static final Duration PERIOD = Duration.ofMillis(250);
  private static final Duration HEAD_LIMIT = Duration.ofSeconds(10);
  private static final Duration IDLE_LIMIT_UNDER_LOAD = Duration.ofSeconds(2);

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
    getEndpoint()
        .getConnections()
        .forEach(connection -> WaitingConnection.of(connection, wallClock).ifPresent(waiting::add));
    waiting.sort(Comparator.comparing(WaitingConnection::waited).reversed());
    long open = getConnectionCount();
    long surplus = open > connections ? open - connections + connections / 10 : 0;
    for (WaitingConnection connection : waiting) {
      if (surplus > 0 || isLate(connection, open)) {
        surplus--;
        close(connection.socket());
      }
    }
  }

  private boolean isLate(WaitingConnection connection, long open) {
    return connection.hasBegun()
        ? connection.waited().compareTo(HEAD_LIMIT) > 0
        : open > connections / 2 && connection.waited().compareTo(IDLE_LIMIT_UNDER_LOAD) > 0;
  }

  /** Closes it as Tomcat closes a connection that timed out: on a thread that holds its lock. */
  private void close(SocketWrapperBase<NioChannel> socket) {
    socket.setError(new SocketTimeoutException());
    if (!getEndpoint().processSocket(socket, SocketEvent.ERROR, true)) {
      socket.close();
    }
  }

  /**
   * A connection whose client has to send something before anything can be served.
   *
   * @param hasBegun whether a part of a request head has arrived
   */
  private record WaitingConnection(
      SocketWrapperBase<NioChannel> socket, boolean hasBegun, Duration waited) {

    static Optional<WaitingConnection> of(SocketWrapperBase<NioChannel> socket, Clock clock) {
      if (socket.isClosed() || socket.getLock().isLocked()) {
        return Optional.empty();
      }
      // Tomcat keeps the processor between two reads of one request, and of a suspended response.
      if (socket.getCurrentProcessor() instanceof Processor processor) {
        return processor.isAsync() || processor.isUpgrade()
            ? Optional.empty()
            : Optional.of(new WaitingConnection(socket, true, since(processor.getRequest())));
      }
      long lastRead = ((NioSocketWrapper) socket).getLastRead();
      Duration idle = Duration.ofMillis(Math.max(0, clock.millis() - lastRead));
      return Optional.of(new WaitingConnection(socket, false, idle));
    }

    private static Duration since(Request request) {
      long start = request.getStartTimeNanos();
      return start < 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - start);
    }
  }
}
