package doni.secret;

import doni.secret.StoredSecretsService.UnreadableSecret;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;

/**
 * Stops the start of a service that cannot decrypt stored values: every hardware with such a secret
 * would fail, one after the other. Tries one value of each key, which also detects a key that was
 * replaced under its old id.
 *
 * <p>With 100,000 devices, the database searches for these values for a second. It does that while
 * the rest of the service starts.
 */
@Component
final class SecretsStartupCheck implements SmartInitializingSingleton {

  private final FutureTask<List<UnreadableSecret>> unreadable;

  SecretsStartupCheck(StoredSecretsService secrets) {
    unreadable = new FutureTask<>(secrets::unreadableKeys);
    Thread.ofVirtual().name("secrets-startup-check").start(unreadable);
  }

  @Override
  public void afterSingletonsInstantiated() {
    List<UnreadableSecret> found = found();
    if (!found.isEmpty()) {
      UnreadableSecret first = found.getFirst();
      throw new IllegalStateException(
          "doni.secrets.keys: stored values cannot be read, such as %s of hardware %s (%s); allowed: all keys that are in use; 'doni secrets verify' lists the values"
              .formatted(first.place(), first.device(), first.why()));
    }
  }

  private List<UnreadableSecret> found() {
    try {
      return unreadable.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the keys were checked", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    }
  }
}
