package doni.api.auth;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import doni.backend.BackendException;
import doni.enrollment.Secret;
import doni.openstack.KeystoneSession;
import doni.policy.Caller;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Caches validations by the tokens' digests.
 *
 * <p>A valid token is cached for the cache time, but not beyond its own expiry. So a revoked token
 * is refused after at most the cache time, and cached tokens keep working while Keystone is down. A
 * refused token is cached for 5 s, a missing answer not at all. Concurrent requests with the same
 * new token share one call.
 *
 * <p>Counts {@code doni.keystone.validations}, tagged with {@code result}: {@code valid}, {@code
 * refused} and {@code unavailable} if Keystone was asked; {@code cached} and {@code malformed} if
 * it was not.
 */
final class CachingTokenValidator implements TokenValidation.TokenValidator {

  private static final Logger LOG = LoggerFactory.getLogger(CachingTokenValidator.class);

  private static final String SERVICE = "keystone";
  private static final Duration REFUSED_FOR = Duration.ofSeconds(5);

  /** Ten thousand devices, each with a new token every minute, for five minutes. */
  private static final long MAX_CACHED = 50_000;

  private final TokenValidation.TokenValidator keystone;
  private final AsyncCache<TokenDigest, TokenValidation> validations;
  private final SuspectAddresses suspects;
  private final Duration patience;
  private final Clock clock;
  private final AtomicBoolean down = new AtomicBoolean();
  private final Counter valid;
  private final Counter refused;
  private final Counter unavailable;
  private final Counter cached;
  private final Counter malformed;

  /**
   * @param patience longest time that a request waits for Keystone
   * @param ticker measures how long a token has been cached
   */
  CachingTokenValidator(
      TokenValidation.TokenValidator keystone,
      Duration ttl,
      Duration patience,
      Clock clock,
      Ticker ticker,
      MeterRegistry meters) {
    this.keystone = keystone;
    this.suspects = new SuspectAddresses(ticker);
    this.patience = patience;
    this.clock = clock;
    this.validations =
        Caffeine.newBuilder()
            .maximumSize(MAX_CACHED)
            .ticker(ticker)
            .executor(Runnable::run)
            .expireAfter(Expiry.<TokenDigest, TokenValidation>creating((_, v) -> lifetime(v, ttl)))
            .buildAsync();
    this.valid = counter(meters, "valid");
    this.refused = counter(meters, "refused");
    this.unavailable = counter(meters, "unavailable");
    this.cached = counter(meters, "cached");
    this.malformed = counter(meters, "malformed");
  }

  private static Counter counter(MeterRegistry meters, String result) {
    return Counter.builder("doni.keystone.validations")
        .description("Validations of callers' tokens")
        .tag("result", result)
        .register(meters);
  }

  @Override
  public TokenValidation validate(Secret token) {
    if (!KeystoneSession.isPlausible(token)) {
      malformed.increment();
      return new TokenValidation.Rejected();
    }
    TokenDigest digest = TokenDigest.of(token);
    CachedValidation cachedValidation =
        (CachedValidation) validations.get(digest, (_, _) -> CachedValidation.of(() -> ask(token)));
    if (cachedValidation.cached.isDone()) {
      cached.increment();
    }
    return unlessExpired(await(cachedValidation.cached));
  }

  @Override
  public TokenValidation validate(Secret token, String address) {
    if (!suspects.isSuspect(address) || validations.getIfPresent(TokenDigest.of(token)) != null) {
      return counted(validate(token), address);
    }
    try {
      if (!suspects.enter(patience)) {
        return late("too many rejected tokens from this address");
      }
      try {
        return counted(validate(token), address);
      } finally {
        suspects.leave();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return late("interrupted");
    }
  }

  @Override
  public @Nullable Caller known(Secret token) {
    if (KeystoneSession.isPlausible(token)
        && validations.getIfPresent(TokenDigest.of(token)) instanceof CachedValidation known
        && known.cached.state() == Future.State.SUCCESS
        && unlessExpired(known.cached.resultNow())
            instanceof TokenValidation.Valid(Caller caller, Instant _)) {
      cached.increment();
      return caller;
    }
    return null;
  }

  private TokenValidation counted(TokenValidation result, String address) {
    if (result instanceof TokenValidation.Rejected) {
      suspects.rejected(address);
    }
    return result;
  }

  /** Runs on a thread of its own, so that a request can stop waiting. */
  private TokenValidation ask(Secret token) {
    TokenValidation result = keystone.validate(token);
    switch (result) {
      case TokenValidation.Valid _ -> answered(valid);
      case TokenValidation.Rejected _ -> answered(refused);
      case TokenValidation.Unanswered(BackendException failure) -> {
        unavailable.increment();
        if (!down.getAndSet(true)) {
          LOG.warn("tokens cannot be validated: {}", failure.getMessage());
        }
      }
    }
    return result;
  }

  private void answered(Counter result) {
    result.increment();
    if (down.getAndSet(false)) {
      LOG.info("Keystone answers again");
    }
  }

  private TokenValidation await(Future<TokenValidation> answer) {
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a token could not be validated", e.getCause());
    } catch (TimeoutException e) {
      return late("no response in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return late("interrupted");
    }
  }

  private static TokenValidation late(String text) {
    return new TokenValidation.Unanswered(
        BackendException.unanswered(SERVICE, BackendException.Kind.TIMEOUT, text, false, null));
  }

  private TokenValidation unlessExpired(TokenValidation result) {
    return result instanceof TokenValidation.Valid(_, Instant expiresAt)
            && !expiresAt.isAfter(clock.instant())
        ? new TokenValidation.Rejected()
        : result;
  }

  private Duration lifetime(TokenValidation result, Duration ttl) {
    return switch (result) {
      case TokenValidation.Rejected _ -> REFUSED_FOR;
      case TokenValidation.Unanswered _ -> Duration.ZERO;
      case TokenValidation.Valid(_, Instant expiresAt) -> {
        Duration left = Duration.between(clock.instant(), expiresAt);
        yield left.compareTo(ttl) < 0 ? left : ttl;
      }
    };
  }

  /**
   * Two futures: the cache holds the outer one, and requests wait for the inner one, which is
   * completed second.
   *
   * <p>A request that waited for the outer one could continue before the cache has seen the answer.
   * Then the answer's lifetime would begin later, or an answer that must not be cached would still
   * be found.
   */
  private static final class CachedValidation extends CompletableFuture<TokenValidation> {
    final CompletableFuture<TokenValidation> cached = new CompletableFuture<>();

    static CachedValidation of(Supplier<TokenValidation> question) {
      CachedValidation cachedValidation = new CachedValidation();
      Thread.startVirtualThread(() -> cachedValidation.settle(question));
      return cachedValidation;
    }

    private void settle(Supplier<TokenValidation> question) {
      try {
        TokenValidation result = question.get();
        complete(result);
        cached.complete(result);
      } catch (RuntimeException | Error e) {
        completeExceptionally(e);
        cached.completeExceptionally(e);
      }
    }
  }
}
