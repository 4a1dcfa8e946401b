package doni.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Polls of coordinators at a fixed rate, while something else is measured. */
final class PacedPolls implements AutoCloseable {

  private static final int CONNECTIONS = 4;

  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(CONNECTIONS);
  private final List<HttpConnection> connections = new ArrayList<>();
  private final List<Future<?>> senders = new ArrayList<>();
  private final LongAdder answered = new LongAdder();
  private long began = System.nanoTime();

  private PacedPolls() {}

  static PacedPolls start(int port, byte[] poll, int perSecond) throws IOException {
    PacedPolls polls = new PacedPolls();
    long period = TimeUnit.SECONDS.toNanos(CONNECTIONS) / perSecond;
    for (int i = 0; i < CONNECTIONS; i++) {
      HttpConnection connection = new HttpConnection(port);
      polls.connections.add(connection);
      polls.senders.add(
          polls.threads.scheduleAtFixedRate(
              () -> polls.send(connection, poll), 0, period, TimeUnit.NANOSECONDS));
    }
    return polls;
  }

  /** One that fails ends the polls of its connection, and is thrown when the rate is asked for. */
  private void send(HttpConnection connection, byte[] poll) {
    try {
      int status = connection.send(poll, false).status();
      if (status != 304 && status != 200) {
        throw new IllegalStateException("a poll was answered " + status);
      }
      answered.increment();
    } catch (IOException e) {
      throw new IllegalStateException("a poll was not answered", e);
    }
  }

  /** Counts from now on. */
  void reset() {
    answered.reset();
    began = System.nanoTime();
  }

  /** Returns how many were answered per second. */
  double rate() throws InterruptedException, ExecutionException {
    for (Future<?> sender : senders) {
      if (sender.isDone()) {
        sender.get();
      }
    }
    return answered.sum() / ((System.nanoTime() - began) / 1e9);
  }

  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    for (HttpConnection connection : connections) {
      connection.close();
    }
  }
}
