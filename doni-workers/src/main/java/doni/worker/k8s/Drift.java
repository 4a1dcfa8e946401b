package doni.worker.k8s;

import doni.worker.Change;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The difference between what is desired and what was observed.
 *
 * @param refusal why the device's token cannot be used at all
 */
record Drift(List<SecretStep> secrets, NodeDrift node, Optional<String> refusal) {

  Drift {
    secrets = List.copyOf(secrets);
  }

  static Drift between(Desired desired, Observed observed) {
    List<SecretStep> steps = new ArrayList<>();
    BootstrapToken token = desired.token().orElse(null);
    // First, because only as long as no newer token is recorded will another attempt know of them.
    desired.formerTokenIds().stream()
        .sorted()
        .flatMap(id -> observed.secret(id).stream())
        .filter(secret -> secret.ownedBy(desired.hardware(), ofId(secret.id(), token)))
        .map(secret -> new SecretStep.Delete(secret.id()))
        .forEach(steps::add);
    Optional<String> refusal = current(desired, observed, steps);
    NodeDrift node =
        observed.node().map(n -> NodeDrift.between(desired.node(), n)).orElse(NodeDrift.NONE);
    return new Drift(steps, node, refusal);
  }

  boolean isEmpty() {
    return secrets.isEmpty() && node.isEmpty();
  }

  List<Change> changes() {
    return Stream.concat(secrets.stream().map(SecretStep::change), node.changes().stream())
        .toList();
  }

  private static Optional<String> current(
      Desired desired, Observed observed, List<SecretStep> steps) {
    if (desired.token().isEmpty()) {
      return Optional.empty();
    }
    BootstrapToken token = desired.token().get();
    Optional<TokenSecret> secret = observed.secret(token.id());
    return switch (desired.tokenRule().goal(observed.node(), observed.at())) {
      case LEFT_ALONE -> Optional.empty();
      case GONE -> {
        secret
            .filter(present -> present.ownedBy(desired.hardware(), token))
            .ifPresent(present -> steps.add(new SecretStep.Delete(present.id())));
        yield Optional.empty();
      }
      case VALID -> valid(desired, token, secret, observed.at(), steps);
    };
  }

  private static Optional<String> valid(
      Desired desired,
      BootstrapToken token,
      Optional<TokenSecret> present,
      Instant now,
      List<SecretStep> steps) {
    Instant expires = now.plus(desired.tokenRule().lifetime()).truncatedTo(ChronoUnit.SECONDS);
    TokenWish wish = new TokenWish(token, desired.hardware(), desired.nodeName(), expires);
    if (present.isEmpty()) {
      steps.add(new SecretStep.Create(wish));
      return Optional.empty();
    }
    if (!present.get().usableBy(desired.hardware(), token)) {
      return Optional.of(
          TokenSecrets.name(token.id())
              + " belongs to someone else: give the device another token, or empty "
              + K8sWorker.TOKEN_PROPERTY
              + " to have one issued");
    }
    String wrong = wrong(present.get(), token, now, desired.tokenRule());
    if (wrong != null) {
      steps.add(new SecretStep.Update(wish, wrong));
    }
    return Optional.empty();
  }

  private static @Nullable String wrong(
      TokenSecret present, BootstrapToken token, Instant now, Desired.TokenRule rule) {
    if (!token.secret().equals(present.secret())) {
      return "another token";
    }
    if (!present.complete()) {
      return "not usable to join";
    }
    if (present.hardware() == null) {
      return "without owner";
    }
    if (present.expires() == null) {
      return "without end";
    }
    return present.expires().isBefore(now.plus(rule.lifetime().dividedBy(2)))
        ? "until " + present.expires()
        : null;
  }

  private static @Nullable BootstrapToken ofId(String id, @Nullable BootstrapToken token) {
    return token != null && token.id().equals(id) ? token : null;
  }
}
