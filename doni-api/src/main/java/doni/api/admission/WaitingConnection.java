package doni.api.admission;

import java.nio.channels.SelectionKey;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * A connection whose client has to send something before it can be served.
 *
 * @param waited since its request began, or since the last one
 * @param length bytes that the body has, or if that is not known has had until now
 */
record WaitingConnection(
    SocketWrapperBase<NioChannel> socket, Awaited awaited, Duration waited, long length) {

  private static final Duration IDLE_LIMIT_UNDER_LOAD = Duration.ofSeconds(2);
  private static final Duration HEAD_LIMIT = Duration.ofSeconds(10);
  private static final Duration BODY_LIMIT = Duration.ofSeconds(25);
  private static final int BODY_BYTES_PER_SECOND = 64 * 1024;

  /** As {@code server.tomcat.max-swallow-size}: what a client claims beyond it is never read. */
  private static final long MOST_BYTES = 16 * 1024 * 1024;

  /** What the client has to send: the first byte of a request, the rest of its head or its body. */
  enum Awaited {
    REQUEST,
    HEAD,
    BODY
  }

  /**
   * Returns the connection if it waits.
   *
   * @param served the request that a thread serves on it at the moment
   */
  static Optional<WaitingConnection> of(
      SocketWrapperBase<NioChannel> socket, @Nullable Request served, Clock clock) {
    if (socket.isClosed()) {
      return Optional.empty();
    }
    NioSocketWrapper connection = (NioSocketWrapper) socket;
    if (socket.getLock().isLocked()) {
      // Tomcat wants to know of bytes on a connection that is being served only for a thread that
      // waits for them.
      return served != null && connection.interestOpsHas(SelectionKey.OP_READ)
          ? Optional.of(
              new WaitingConnection(
                  socket,
                  Awaited.BODY,
                  since(served),
                  Math.max(served.getContentLengthLong(), served.getBytesRead())))
          : Optional.empty();
    }
    // Tomcat keeps the processor between two reads of one request, and of a suspended response.
    if (socket.getCurrentProcessor() instanceof Processor processor) {
      return processor.isAsync() || processor.isUpgrade()
          ? Optional.empty()
          : Optional.of(
              new WaitingConnection(socket, Awaited.HEAD, since(processor.getRequest()), 0));
    }
    Duration idle = Duration.ofMillis(Math.max(0, clock.millis() - connection.getLastRead()));
    return Optional.of(new WaitingConnection(socket, Awaited.REQUEST, idle, 0));
  }

  private static Duration since(Request request) {
    long start = request.getStartTimeNanos();
    return start < 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - start);
  }

  /**
   * Whether it has waited for too long.
   *
   * @param scarce whether others may need the connection
   */
  boolean isLate(boolean scarce) {
    return switch (awaited) {
      case REQUEST -> scarce && waited.compareTo(IDLE_LIMIT_UNDER_LOAD) > 0;
      case HEAD -> waited.compareTo(HEAD_LIMIT) > 0;
      case BODY -> waited.compareTo(bodyLimit()) > 0;
    };
  }

  private Duration bodyLimit() {
    return BODY_LIMIT.plusSeconds(Math.min(length, MOST_BYTES) / BODY_BYTES_PER_SECOND);
  }
}
