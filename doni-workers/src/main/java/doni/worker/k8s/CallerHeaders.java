package doni.worker.k8s;

import doni.enrollment.Secret;
import doni.worker.k8s.KubeconfigContext.KubeIdentity;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says in every request who calls.
 *
 * <p>A token file is read for every request, because tokens in it are replaced while they are in
 * use. While it cannot be read, the last token that was read stays in use.
 */
final class CallerHeaders implements Interceptor {

  private static final String AUTHORIZATION = "Authorization";
  private static final String BEARER = "Bearer ";

  private final KubeIdentity identity;
  private final AtomicReference<@Nullable Secret> lastRead = new AtomicReference<>();

  CallerHeaders(KubeIdentity identity) {
    this.identity = identity;
  }

  @Override
  public void before(BasicBuilder request, HttpRequest before, RequestTags tags) {
    identity.basic().ifPresent(basic -> request.setHeader(AUTHORIZATION, basic.value()));
    token().ifPresent(token -> request.setHeader(AUTHORIZATION, BEARER + token.value()));
    identity
        .impersonation()
        .forEach((name, values) -> values.forEach(value -> request.header(name, value)));
  }

  /** As for {@code kubectl}, the token file goes before a token. */
  private Optional<Secret> token() {
    return identity.tokenFile().flatMap(this::fromFile).or(identity::token);
  }

  private Optional<Secret> fromFile(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.UTF_8).strip();
      if (KubeconfigFields.isToken(text)) {
        lastRead.set(new Secret(text));
      }
    } catch (IOException _) {
      // Being replaced.
    }
    return Optional.ofNullable(lastRead.get());
  }

  /** Masks our own credentials in a text that quotes the headers of a request. */
  String masked(String text) {
    Stream<Secret> secrets =
        Stream.of(
                token(),
                identity.token(),
                identity.basic(),
                identity.basic().map(CallerHeaders::withoutScheme))
            .flatMap(Optional::stream);
    return secrets.reduce(text, (masked, secret) -> secret.maskedIn(masked), (_, last) -> last);
  }

  private static Secret withoutScheme(Secret basic) {
    return new Secret(basic.value().substring(basic.value().indexOf(' ') + 1));
  }
}
