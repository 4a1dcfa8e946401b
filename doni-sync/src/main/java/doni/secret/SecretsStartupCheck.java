package doni.secret;

import doni.secret.StoredSecretsService.UnreadableSecret;
import java.util.List;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;

/**
 * Stops the start of a service that cannot decrypt stored values: every hardware with such a secret
 * would fail, one after the other. Tries one value of each key, which also detects a key that was
 * replaced under its old id.
 */
@Component
final class SecretsStartupCheck implements SmartInitializingSingleton {

  private final StoredSecretsService secrets;

  SecretsStartupCheck(StoredSecretsService secrets) {
    this.secrets = secrets;
  }

  @Override
  public void afterSingletonsInstantiated() {
    List<UnreadableSecret> unreadable = secrets.unreadableKeys();
    if (!unreadable.isEmpty()) {
      UnreadableSecret first = unreadable.getFirst();
      throw new IllegalStateException(
          "doni.secrets.keys: stored values cannot be read, such as %s of hardware %s (%s); allowed: all keys that are in use; 'doni secrets verify' lists the values"
              .formatted(first.place(), first.device(), first.why()));
    }
  }
}
