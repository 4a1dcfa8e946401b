package doni.simulator.kubernetes;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Bootstrap tokens: whether one is good, and the token cleaner, which deletes a secret as soon as
 * it has expired, and at once when its expiration cannot be read.
 */
final class TokenController implements AutoCloseable {

  private static final String TYPE = "bootstrap.kubernetes.io/token";
  private static final String PREFIX = "bootstrap-token-";
  private static final Pattern TOKEN = Pattern.compile("([a-z0-9]{6})\\.([a-z0-9]{16})");
  private static final Pattern GROUP =
      Pattern.compile("system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]");

  private record Due(Instant at, ObjectKey key) {}

  private final ObjectStore store;
  private final Clock clock;
  private final PriorityQueue<Due> queue =
      new PriorityQueue<>((one, other) -> one.at().compareTo(other.at()));
  private final ScheduledExecutorService ticks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("token-cleaner").factory());

  TokenController(ObjectStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
    store.onChange(this::changed);
    var _ = ticks.scheduleWithFixedDelay(this::clean, 50, 50, TimeUnit.MILLISECONDS);
  }

  /** The user that a token is, when its secret is there and in order. */
  Optional<String> user(String token) {
    var matcher = TOKEN.matcher(token);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String id = matcher.group(1);
    return store
        .find(Kind.SECRET, ObjectKey.kubeSystem(PREFIX + id))
        .filter(secret -> secret.path("type").asString("").equals(TYPE))
        .filter(secret -> data(secret, "token-id").equals(id))
        .filter(secret -> data(secret, "token-secret").equals(matcher.group(2)))
        .filter(secret -> data(secret, "usage-bootstrap-authentication").equals("true"))
        .filter(secret -> expiration(secret).isAfter(clock.instant()))
        .filter(TokenController::groupsAreGood)
        .map(secret -> "system:bootstrap:" + id);
  }

  @Override
  public void close() {
    ticks.shutdownNow();
  }

  private void changed(ObjectEvent event) {
    if (event.kind() == Kind.SECRET
        && event.type() != ObjectEvent.Type.DELETED
        && isToken(event.object())
        && expiration(event.object()).isBefore(Instant.MAX)) {
      ObjectKey key =
          new ObjectKey(Objects.namespace(event.object()), Objects.name(event.object()));
      synchronized (queue) {
        queue.add(new Due(expiration(event.object()), key));
      }
    }
  }

  private void clean() {
    for (Due due = nextDue(); due != null; due = nextDue()) {
      ObjectKey key = due.key();
      // It may have been renewed or replaced since it was queued.
      store
          .find(Kind.SECRET, key)
          .filter(secret -> isToken(secret) && !expiration(secret).isAfter(clock.instant()))
          .ifPresent(secret -> store.deleteIfThere(Kind.SECRET, key, Objects.version(secret)));
    }
  }

  private @Nullable Due nextDue() {
    synchronized (queue) {
      Due first = queue.peek();
      return first == null || first.at().isAfter(clock.instant()) ? null : queue.poll();
    }
  }

  private static boolean isToken(JsonNode secret) {
    return Objects.namespace(secret).equals("kube-system")
        && secret.path("type").asString("").equals(TYPE);
  }

  private static boolean groupsAreGood(ObjectNode secret) {
    String groups = data(secret, "auth-extra-groups");
    return groups.isEmpty()
        || Arrays.stream(groups.split(",", -1)).allMatch(group -> GROUP.matcher(group).matches());
  }

  /** {@link Instant#MAX} when it never expires, {@link Instant#MIN} when it cannot be read. */
  private static Instant expiration(JsonNode secret) {
    String text = data(secret, "expiration");
    if (text.isEmpty()) {
      return Instant.MAX;
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      return Instant.MIN;
    }
  }

  private static String data(JsonNode secret, String key) {
    return decoded(secret.path("data").path(key).asString(""));
  }

  private static String decoded(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }
}
