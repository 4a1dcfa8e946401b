package doni.api.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Remembers the addresses that send many tokens which Keystone rejects, so that they cannot take
 * all calls to Keystone: together they get {@value #PLACES} of them at the same time.
 *
 * <p>An address is a suspect for a minute after its first rejected token, once there are more than
 * {@value #ALLOWED}; an IPv6 address stands for its {@linkplain ClientNetwork network}. Only the
 * time of its callers is affected, never the result.
 */
final class SuspectAddresses {

  static final int ALLOWED = 60;
  static final int PLACES = 4;
  private static final Duration MEMORY = Duration.ofMinutes(1);
  private static final long MAX_ADDRESSES = 10_000;

  private final Cache<String, AtomicInteger> rejections;
  private final Semaphore places = new Semaphore(PLACES, true);

  SuspectAddresses(Ticker ticker) {
    rejections =
        Caffeine.newBuilder()
            .maximumSize(MAX_ADDRESSES)
            .expireAfterWrite(MEMORY)
            .ticker(ticker)
            .executor(Runnable::run)
            .build();
  }

  void rejected(String address) {
    rejections.get(ClientNetwork.of(address), _ -> new AtomicInteger()).incrementAndGet();
  }

  boolean isSuspect(String address) {
    AtomicInteger count = rejections.getIfPresent(ClientNetwork.of(address));
    return count != null && count.get() > ALLOWED;
  }

  /** Waits for one of the suspects' places; returns whether there was one in time. */
  boolean enter(Duration patience) throws InterruptedException {
    return places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  void leave() {
    places.release();
  }
}
