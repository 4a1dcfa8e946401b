package doni.secret;

import doni.secret.StoredSecrets.Unreadable;
import java.util.List;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;

/**
 * Refuses to start a service that cannot read what is stored: every device whose secret is
 * concerned would fail, one after the other. One value of each key is tried, which also finds a key
 * that was replaced under its old id.
 */
@Component
final class SecretsStartupCheck implements SmartInitializingSingleton {

  private final StoredSecrets secrets;

  SecretsStartupCheck(StoredSecrets secrets) {
    this.secrets = secrets;
  }

  @Override
  public void afterSingletonsInstantiated() {
    List<Unreadable> unreadable = secrets.unreadableKeys();
    if (!unreadable.isEmpty()) {
      Unreadable first = unreadable.getFirst();
      throw new IllegalStateException(
          "doni.secrets.keys: stored values cannot be read, such as %s of hardware %s (%s); allowed: all keys that are in use, which 'doni secrets verify' tells"
              .formatted(first.place(), first.device(), first.why()));
    }
  }
}
