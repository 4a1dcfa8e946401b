package doni.openstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import doni.backend.BackendException;
import doni.worker.Finding;
import io.micrometer.tracing.Tracer;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class LoginTests extends SiteTest {

  @Test
  void logsInAtTheFirstCall() {
    OpenStackService _ = openStack.service(settings());

    assertThat(site.logins).isEmpty();
  }

  @Test
  void logsInWithUserPasswordAndProject() {
    openStack.service(settings()).send(ServiceRequest.get("/channels"));

    var auth = site.logins.getFirst().json().path("auth");
    assertThat(auth.at("/identity/methods/0").asString()).isEqualTo("password");
    assertThat(auth.at("/identity/password/user/name").asString()).isEqualTo("doni");
    assertThat(auth.at("/identity/password/user/domain/name").asString()).isEqualTo("Default");
    assertThat(auth.at("/scope/project/name").asString()).isEqualTo("service");
    assertThat(auth.at("/scope/project/domain/name").asString()).isEqualTo("Default");
  }

  @Test
  void logsInWithAnApplicationCredentialWithoutAScope() {
    OpenStack withCredential = openStack(applicationCredential());

    ServiceResponse answer =
        withCredential.service(settings()).send(ServiceRequest.get("/channels"));

    var auth = site.logins.getFirst().json().path("auth");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(auth.at("/identity/methods/0").asString()).isEqualTo("application_credential");
    assertThat(auth.at("/identity/application_credential/id").asString()).isEqualTo("ac-id");
    assertThat(auth.has("scope")).isFalse();
  }

  @Test
  void tellsAPasswordFromAnApplicationCredential() {
    assertThat(openStack.passwordLogin()).isTrue();
    assertThat(openStack(applicationCredential()).passwordLogin()).isFalse();
  }

  @Test
  void keepsOneTokenForAllServices() {
    openStack.service(settings()).send(ServiceRequest.get("/channels"));
    openStack.service(settings()).send(ServiceRequest.get("/channels"));

    assertThat(site.logins).hasSize(1);
  }

  @Test
  void logsInOnceForManyConcurrentCalls() {
    OpenStackService service = openStack.service(settings());

    try (ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        var _ = many.submit(() -> service.send(ServiceRequest.get("/channels")));
      }
    }

    assertThat(site.logins).hasSize(1);
    assertThat(site.seen).hasSize(8);
  }

  @Test
  void renewsTheTokenShortlyBeforeItExpires() {
    OpenStackService service = openStack.service(settings());
    service.send(ServiceRequest.get("/channels"));

    clock.advance(Duration.ofMinutes(58));
    service.send(ServiceRequest.get("/channels"));
    assertThat(site.logins).hasSize(1);

    clock.advance(Duration.ofSeconds(61));
    service.send(ServiceRequest.get("/channels"));
    assertThat(site.logins).hasSize(2);
  }

  /** The margin before the expiry is a quarter of the lifetime here, not a minute. */
  @Test
  void usesAShortLivedTokenForMostOfItsLifetime() {
    site.tokenLifetime = Duration.ofSeconds(60);
    OpenStackService service = openStack.service(settings());
    service.send(ServiceRequest.get("/channels"));

    clock.advance(Duration.ofSeconds(44));
    service.send(ServiceRequest.get("/channels"));
    assertThat(site.logins).hasSize(1);
    clock.advance(Duration.ofSeconds(2));
    service.send(ServiceRequest.get("/channels"));
    assertThat(site.logins).hasSize(2);
  }

  /** A login changes nothing, so that it may be sent twice. */
  @Test
  void repeatsALoginOnceWhenThePooledConnectionIsDead() {
    OpenStackService service = openStack.service(settings());
    service.send(ServiceRequest.get("/channels"));
    clock.advance(Duration.ofHours(2));
    site.restart();

    assertThat(service.send(ServiceRequest.get("/channels")).status()).isEqualTo(200);
    assertThat(site.logins).hasSize(2);
  }

  @Test
  void saysThatATokenLivesTooShort() {
    site.tokenLifetime = Duration.ofSeconds(60);
    KeystoneSession session =
        new KeystoneSession(keystone(FakeSite.PASSWORD, null), meters, Tracer.NOOP, clock);

    assertThat(session.check())
        .hasExactlyElementsOfTypes(Finding.Ok.class, Finding.Warning.class)
        .last()
        .isEqualTo(
            new Finding.Warning(
                "the service user's token lives 60 s only, so that Doni logs in again and again",
                "raise expiration in the section [token] of keystone.conf"));
  }

  @Test
  void renewsARefusedTokenOnceAndRepeatsTheRequest() {
    OpenStackService service = openStack.service(settings());
    service.send(ServiceRequest.get("/channels"));
    site.revokeAll();

    ServiceResponse answer =
        service.send(ServiceRequest.post("/channels", java.util.Map.of("name", "x")));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(site.logins).hasSize(2);
    assertThat(site.seen.getLast().body()).isEqualTo("{\"name\":\"x\"}");
  }

  @Test
  void givesUpWhenTheNewTokenIsRefusedToo() {
    OpenStackService service = openStack.service(settings());
    site.service = _ -> FakeSite.Reply.json(401, "{\"error\":{\"message\":\"no\"}}");

    BackendException refused =
        catchThrowableOfType(
            BackendException.class, () -> service.send(ServiceRequest.get("/channels")));

    assertThat(refused.status()).isEqualTo(401);
    assertThat(site.logins).hasSize(2);
    assertThat(site.seen).hasSize(2);
  }

  @Test
  void namesTheKeysAndPausesWhenKeystoneRefusesTheLogin() {
    OpenStackService service = openStack(keystone("wrong-password", null)).service(settings());

    BackendException refused =
        catchThrowableOfType(
            BackendException.class, () -> service.send(ServiceRequest.get("/channels")));
    assertThat(refused.kind()).isEqualTo(BackendException.Kind.NOT_SENT);
    assertThat(refused.write()).isFalse();
    assertThat(refused).hasMessageContaining("doni.keystone.username");
    assertThat(refused.getMessage()).doesNotContain("wrong-password");
    assertThat(service.lanePause()).isPresent();

    assertThatThrownBy(() -> service.send(ServiceRequest.get("/channels")))
        .isInstanceOf(BackendException.class);
    assertThat(site.logins).hasSize(1);

    clock.advance(Duration.ofSeconds(31));
    assertThat(service.lanePause()).isEmpty();
    assertThatThrownBy(() -> service.send(ServiceRequest.get("/channels")))
        .isInstanceOf(BackendException.class);
    assertThat(site.logins).hasSize(2);
  }

  @Test
  void neverQuotesThePasswordThatKeystoneQuotes() {
    site.loginsAnswer = 403;

    assertThatThrownBy(() -> openStack.service(settings()).projectId())
        .hasMessageContaining("not with ****")
        .message()
        .doesNotContain(FakeSite.PASSWORD);
  }

  @Test
  void reportsAFailureOfKeystoneWithItsStatus() {
    site.loginsAnswer = 500;

    BackendException failure =
        catchThrowableOfType(
            BackendException.class, () -> openStack.service(settings()).projectId());

    assertThat(failure.service()).isEqualTo("keystone");
    assertThat(failure.status()).isEqualTo(500);
    assertThat(failure.write()).isFalse();
  }

  @Test
  void skipsACatalogEntryWithoutAValidUrl() {
    site.addService("broken", "public", "RegionOne", "not a url");
    site.addService("empty", "public", "RegionOne", "");

    assertThat(openStack.service(settings()).send(ServiceRequest.get("/channels")).status())
        .isEqualTo(200);
  }

  @Test
  void returnsTheProjectOfItsToken() {
    assertThat(openStack.service(settings()).projectId()).isEqualTo("service-project");
  }
}
