package doni.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Does a piece of work many times, a few at a time, and says how fast that went. */
final class Load {

  /** One thread's worth of work: holds its connection. */
  interface Client extends AutoCloseable {
    /** Does it once, for the {@code index}th time of all. */
    void once(int index) throws Exception;

    @Override
    void close() throws IOException, SQLException;
  }

  /** Makes a client for each thread. */
  interface Clients {
    Client open() throws Exception;
  }

  /** Rates are per second, latencies in milliseconds. */
  record Result(double rate, double p50, double p99) {}

  private Load() {}

  /** Until {@code count} are done, but no longer than {@code limit}. */
  static Result run(int threads, int count, Duration limit, Clients clients) throws Exception {
    AtomicInteger next = new AtomicInteger();
    long start = System.nanoTime();
    long end = start + limit.toNanos();
    List<long[]> latencies = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<long[]>> workers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        workers.add(executor.submit(() -> work(clients, next, count, end)));
      }
      for (Future<long[]> worker : workers) {
        latencies.add(get(worker));
      }
    }
    long took = System.nanoTime() - start;
    long[] all = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    return new Result(all.length / (took / 1e9), percentile(all, 0.5), percentile(all, 0.99));
  }

  static double percentile(long[] sortedNanos, double share) {
    if (sortedNanos.length == 0) {
      return Double.NaN;
    }
    return sortedNanos[
            (int) Math.min(sortedNanos.length - 1, Math.floor(sortedNanos.length * share))]
        / 1e6;
  }

  private static long[] work(Clients clients, AtomicInteger next, int count, long end)
      throws Exception {
    long[] latencies = new long[1024];
    int done = 0;
    try (Client client = clients.open()) {
      for (int index = next.getAndIncrement();
          index < count && System.nanoTime() < end;
          index = next.getAndIncrement()) {
        long began = System.nanoTime();
        client.once(index);
        if (done == latencies.length) {
          latencies = Arrays.copyOf(latencies, done * 2);
        }
        latencies[done++] = System.nanoTime() - began;
      }
    }
    return Arrays.copyOf(latencies, done);
  }

  private static long[] get(Future<long[]> worker) throws Exception {
    try {
      return worker.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
