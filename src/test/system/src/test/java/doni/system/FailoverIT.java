package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.DoniProcess;
import doni.simulator.http.PlainClient.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Loss of the primary and planned switchover, with two Postgres servers and a service under load:
 * it answers again at most 5 s after the other server accepts writes, what it acknowledged is
 * there, and what exists is never answered "not found".
 */
@Tag("alone")
class FailoverIT {

  private static final Duration OUTAGE = Duration.ofSeconds(5);

  /** Requests before, and again after, the failover; and while the address leads to a standby. */
  private static final int SEVERAL = 20;

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int WRITERS = 4;
  private static final int LINES_PER_MINUTE = 100;

  @Test
  void survivesTheLossOfThePrimaryBehindOneAddress() throws Exception {
    try (PostgresPair pair = new PostgresPair();
        TcpForwarder address = new TcpForwarder(pair.first().port())) {
      run(
          "lost-one-address",
          "127.0.0.1:" + address.port(),
          "",
          pair,
          _ -> {
            pair.first().kill();
            pair.second().promote();
            address.leadTo(pair.second().port());
          });
    }
  }

  @Test
  void survivesTheLossOfThePrimaryWithAUrlOfSeveralHosts() throws Exception {
    try (PostgresPair pair = new PostgresPair()) {
      run(
          "lost-many-hosts",
          hosts(pair),
          "?targetServerType=primary",
          pair,
          _ -> {
            pair.first().kill();
            pair.second().promote();
          });
    }
  }

  /** The address follows late, and leads to a standby until then. */
  @Test
  void survivesASwitchoverBehindOneAddressThatFollowsLate() throws Exception {
    try (PostgresPair pair = new PostgresPair();
        TcpForwarder address = new TcpForwarder(pair.first().port())) {
      run(
          "moved-one-address",
          "127.0.0.1:" + address.port(),
          "",
          pair,
          load -> {
            switchOver(pair);
            // It answers reads here, and refuses writes.
            await().atMost(SOON).until(() -> pair.first().query("select 1").equals("1"));
            int before = load.putOff.get();
            await().atMost(SOON).until(() -> load.putOff.get() >= before + SEVERAL);
            address.leadTo(pair.second().port());
          });
    }
  }

  @Test
  void survivesASwitchoverWithAUrlOfSeveralHosts() throws Exception {
    try (PostgresPair pair = new PostgresPair()) {
      run(
          "moved-many-hosts",
          hosts(pair),
          "?targetServerType=primary",
          pair,
          _ -> switchOver(pair));
    }
  }

  private static void switchOver(PostgresPair pair) {
    pair.first().stop();
    pair.second().promote();
    pair.first().startBehind(pair.second());
  }

  private static String hosts(PostgresPair pair) {
    return "127.0.0.1:%d,127.0.0.1:%d".formatted(pair.first().port(), pair.second().port());
  }

  private static void run(
      String name, String hosts, String parameters, PostgresPair pair, Consumer<Load> failover)
      throws Exception {
    pair.first().query("create database doni");
    try (TestSite site =
        new TestSite(name, new Database("jdbc:postgresql://" + hosts + "/doni" + parameters))) {
      DoniProcess service = site.startAndAwait("doni", Map.of());
      Load load = new Load(site.owner("failover"));
      Enrolled known = load.owner.enroll("known");
      long lines = lines(service);
      long began = System.nanoTime();
      long repaired;
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> all =
            Stream.concat(
                    Stream.generate(() -> threads.submit(() -> load.write(known))).limit(WRITERS),
                    Stream.of(threads.submit(() -> load.read(known))))
                .<Future<?>>map(one -> one)
                .toList();
        await().atMost(SOON).until(() -> load.accepted.size() >= SEVERAL);
        failover.accept(load);
        repaired = System.nanoTime();
        await().atMost(SOON).until(() -> load.acceptedSince(repaired) >= SEVERAL);
        load.stop();
        for (Future<?> one : all) {
          one.get();
        }
      }
      Duration took = Duration.ofNanos(System.nanoTime() - began);

      load.assertNothingWrong(
          known,
          repaired,
          new Database("jdbc:postgresql://127.0.0.1:%d/doni".formatted(pair.second().port())));
      await().atMost(SOON).until(service::isReady);
      assertThat((lines(service) - lines) / Math.max(1.0, took.toSeconds() / 60.0))
          .as("lines of the log a minute beside those of work done")
          .isLessThan(LINES_PER_MINUTE);
    }
  }

  /** The pause of a client between two requests. */
  private static void rest(Duration duration) {
    await().pollDelay(duration).atMost(duration.plusSeconds(5)).until(() -> true);
  }

  /** Without the lines that work itself writes, one for each attempt. */
  private static long lines(DoniProcess service) throws IOException {
    try (Stream<String> all = Files.lines(service.log())) {
      return all.filter(line -> !line.contains(" INFO ")).count();
    }
  }

  /** Requests without a pause, and what came of them. */
  private static final class Load {
    private final Owner owner;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger names = new AtomicInteger();
    private final Collection<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final Collection<String> wrong = new ConcurrentLinkedQueue<>();
    private final ConcurrentSkipListMap<Long, String> accepted = new ConcurrentSkipListMap<>();
    private final AtomicInteger putOff = new AtomicInteger();

    Load(Owner owner) {
      this.owner = owner;
    }

    void stop() {
      stopped.set(true);
    }

    int acceptedSince(long moment) {
      return accepted.tailMap(moment).size();
    }

    /** Repeats an enrollment with its key until it is accepted, as a client should. */
    void write(Enrolled known) {
      while (!stopped.get()) {
        String name = "device-" + names.incrementAndGet();
        while (!stopped.get() && !enrolled(name)) {
          rest(Duration.ofMillis(100));
        }
        answer("sync", () -> owner.http().post(known.path() + "sync/", ""));
      }
    }

    private boolean enrolled(String name) {
      int status = answer("enroll", () -> owner.enroll(name, "key-of-" + name));
      if (status == 201) {
        acknowledged.add(name);
        accepted.put(System.nanoTime(), name);
      }
      return status == 201;
    }

    void read(Enrolled known) {
      while (!stopped.get()) {
        answer("get", () -> owner.http().get(known.path()));
        rest(Duration.ofMillis(20));
      }
    }

    private int answer(String what, Request request) {
      try {
        int status = request.send().status();
        if (status == 503) {
          putOff.incrementAndGet();
        } else if (status >= 300) {
          wrong.add(what + ": " + status);
        }
        return status;
      } catch (IOException e) {
        wrong.add(what + ": " + e);
        return 0;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        stop();
        return 0;
      }
    }

    void assertNothingWrong(Enrolled known, long repaired, Database primary) throws Exception {
      assertThat(wrong).isEmpty();
      assertThat(putOff).hasPositiveValue();
      assertThat(Duration.ofNanos(accepted.ceilingKey(repaired) - repaired))
          .as("time from the end of the failover to the first write")
          .isLessThan(OUTAGE);
      List<String> stored = primary.names();
      assertThat(stored).doesNotHaveDuplicates().containsAll(acknowledged).contains(known.name());
    }

    private interface Request {
      Reply send() throws IOException, InterruptedException;
    }
  }
}
