package doni.api.auth;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import doni.backend.BackendException;
import doni.enrollment.Secret;
import doni.openstack.TokenForm;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers what was said about tokens, by their digests.
 *
 * <p>A valid token is remembered for the cache time, but not beyond its own expiry, so a revoked
 * one is refused after at most the cache time, and remembered ones keep working while Keystone is
 * down. An invalid one is remembered for five seconds. That Keystone did not answer is not
 * remembered. Requests that come with the same new token share one call.
 *
 * <p>Counts {@code doni.keystone.validations}, tagged with {@code result}: {@code valid}, {@code
 * refused} and {@code unavailable} where Keystone was asked, {@code cached} and {@code malformed}
 * where it was not.
 */
final class CachedTokens implements TokenValidator {

  private static final Logger log = LoggerFactory.getLogger(CachedTokens.class);

  private static final String SERVICE = "keystone";
  private static final Duration REFUSED_FOR = Duration.ofSeconds(5);

  /** Ten thousand devices that each come with a new token every minute, for five minutes. */
  private static final long MOST = 50_000;

  private final TokenValidator keystone;
  private final AsyncCache<TokenDigest, TokenValidation> verdicts;
  private final Duration patience;
  private final Clock clock;
  private final AtomicBoolean down = new AtomicBoolean();
  private final Counter valid;
  private final Counter refused;
  private final Counter unavailable;
  private final Counter cached;
  private final Counter malformed;

  /**
   * @param patience how long a request waits for Keystone at most
   * @param ticker measures how long a token has been remembered
   */
  CachedTokens(
      TokenValidator keystone,
      Duration ttl,
      Duration patience,
      Clock clock,
      Ticker ticker,
      MeterRegistry meters) {
    this.keystone = keystone;
    this.patience = patience;
    this.clock = clock;
    this.verdicts =
        Caffeine.newBuilder()
            .maximumSize(MOST)
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
        .description("Tokens that were looked at")
        .tag("result", result)
        .register(meters);
  }

  @Override
  public TokenValidation validate(Secret token) {
    if (!TokenForm.isPlausible(token)) {
      malformed.increment();
      return new TokenValidation.Refused();
    }
    TokenDigest digest = TokenDigest.of(token);
    Answer answer = (Answer) verdicts.get(digest, (_, _) -> Answer.of(() -> ask(token)));
    if (answer.remembered.isDone()) {
      cached.increment();
    }
    return unlessExpired(await(answer.remembered));
  }

  /** On a thread of its own, so that a request that has waited long enough can leave. */
  private TokenValidation ask(Secret token) {
    TokenValidation verdict = keystone.validate(token);
    switch (verdict) {
      case TokenValidation.Vouched _ -> answered(valid);
      case TokenValidation.Refused _ -> answered(refused);
      case TokenValidation.Unanswered(BackendException failure) -> {
        unavailable.increment();
        if (!down.getAndSet(true)) {
          log.warn("tokens cannot be validated: {}", failure.getMessage());
        }
      }
    }
    return verdict;
  }

  private void answered(Counter result) {
    result.increment();
    if (down.getAndSet(false)) {
      log.info("Keystone answers again");
    }
  }

  private TokenValidation await(Future<TokenValidation> answer) {
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a token could not be validated", e.getCause());
    } catch (TimeoutException e) {
      return late("Keystone did not answer in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return late("interrupted while Keystone was asked");
    }
  }

  private static TokenValidation late(String text) {
    return new TokenValidation.Unanswered(
        BackendException.unanswered(SERVICE, BackendException.Kind.TIMEOUT, text, false, null));
  }

  private TokenValidation unlessExpired(TokenValidation verdict) {
    return verdict instanceof TokenValidation.Vouched(_, Instant expiresAt)
            && !expiresAt.isAfter(clock.instant())
        ? new TokenValidation.Refused()
        : verdict;
  }

  private Duration lifetime(TokenValidation verdict, Duration ttl) {
    return switch (verdict) {
      case TokenValidation.Refused _ -> REFUSED_FOR;
      case TokenValidation.Unanswered _ -> Duration.ZERO;
      case TokenValidation.Vouched(_, Instant expiresAt) -> {
        Duration left = Duration.between(clock.instant(), expiresAt);
        yield left.compareTo(ttl) < 0 ? left : ttl;
      }
    };
  }

  /**
   * What the cache keeps, and what requests wait for: the one is complete before the other.
   *
   * <p>A request that waited for the kept one could wake before the cache has seen the answer,
   * whose lifetime would then begin later, or which would still be found although it is not to be
   * kept.
   */
  private static final class Answer extends CompletableFuture<TokenValidation> {
    final CompletableFuture<TokenValidation> remembered = new CompletableFuture<>();

    static Answer of(Supplier<TokenValidation> question) {
      Answer answer = new Answer();
      Thread.startVirtualThread(() -> answer.settle(question));
      return answer;
    }

    private void settle(Supplier<TokenValidation> question) {
      try {
        TokenValidation verdict = question.get();
        complete(verdict);
        remembered.complete(verdict);
      } catch (RuntimeException | Error e) {
        completeExceptionally(e);
        remembered.completeExceptionally(e);
      }
    }
  }
}
