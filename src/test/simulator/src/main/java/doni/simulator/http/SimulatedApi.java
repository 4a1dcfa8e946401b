package doni.simulator.http;

import java.net.URI;
import java.time.Clock;
import java.util.function.BiFunction;
import javax.net.ssl.SSLContext;

/** One API of the simulated site, which a test disturbs, listens to, and stops and starts. */
public abstract class SimulatedApi implements AutoCloseable {

  protected final ApiServer server;

  /**
   * An API that does not listen yet.
   *
   * @param port 0 for a free one
   * @param error the API's own form of an error, made of a status and a text
   */
  protected SimulatedApi(int port, Clock clock, BiFunction<Integer, String, Answer> error) {
    this.server = new ApiServer(port, clock, error);
  }

  /**
   * An API that speaks TLS and does not listen yet.
   *
   * @param tls the server's certificate
   */
  protected SimulatedApi(
      int port, Clock clock, BiFunction<Integer, String, Answer> error, SSLContext tls) {
    this.server = new ApiServer(port, clock, error, tls);
  }

  /** Where it listens, without a path. */
  public URI uri() {
    return server.uri();
  }

  public final Faults faults() {
    return server.faults();
  }

  public final Calls calls() {
    return server.calls();
  }

  /** Refuses connections until {@link #start}. */
  public void stop() {
    server.stop();
  }

  /** Listens again on the same port. */
  public final void start() {
    server.start();
  }

  @Override
  public void close() {
    server.close();
  }
}
