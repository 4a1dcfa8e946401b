package doni.openstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.backend.BackendException;
import doni.enrollment.Secret;
import doni.openstack.ProjectLookup.Found;
import doni.simulator.http.Fault;
import doni.simulator.keystone.ApplicationCredential;
import doni.simulator.keystone.SimulatedKeystone;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client layer against the simulated Keystone, which is also a service in its catalog. */
@NullMarked
class SimulatedKeystoneIT {

  private final Clock clock = Clock.systemUTC();
  private final SimulatedKeystone keystone = new SimulatedKeystone(0, clock);

  @BeforeEach
  void addAService() {
    keystone.addService("channel", "tunelo", keystone.authUrl());
  }

  @AfterEach
  void close() {
    keystone.close();
  }

  @Test
  void reachesAServiceWithAPassword() {
    OpenStackService service = withPassword(keystone.user("doni").password()).service(settings());

    assertThat(service.send(ServiceRequest.get("/projects")).status()).isEqualTo(200);
    assertThat(service.projectId()).isEqualTo(keystone.user("doni").project().id());
  }

  @Test
  void reachesAServiceWithAnApplicationCredential() {
    ApplicationCredential credential = keystone.addApplicationCredential("doni", "doni-site");

    OpenStackService service =
        openStack(properties(null, null, credential.id(), credential.secret())).service(settings());

    assertThat(service.send(ServiceRequest.get("/projects")).status()).isEqualTo(200);
    assertThat(service.projectId()).isEqualTo(keystone.user("doni").project().id());
  }

  @Test
  void isRefusedWithAWrongPassword() {
    OpenStackService service = withPassword("wrong").service(settings());

    assertThatThrownBy(service::projectId)
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("The request you have made requires authentication")
        .hasMessageContaining("doni.keystone.username");
  }

  @Test
  void survivesTheLossOfAllTokens() {
    OpenStackService service = withPassword(keystone.user("doni").password()).service(settings());
    service.send(ServiceRequest.get("/projects"));
    keystone.revokeAll();

    assertThat(service.send(ServiceRequest.get("/projects")).status()).isEqualTo(200);
    assertThat(keystone.calls().count("POST", "/v3/auth/tokens")).isEqualTo(2);
  }

  @Test
  void logsInOnceForTokensProjectsAndServices() {
    KeystoneProperties properties =
        properties("doni", keystone.user("doni").password(), null, null);
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    KeystoneSession session = new KeystoneSession(properties, meters, Tracer.NOOP, clock);
    OpenStack openStack = OpenStacks.of(properties, session, meters, clock);

    assertThat(session.validate(new Secret(keystone.token("alice")))).isPresent();
    assertThat(session.validate(new Secret("unknown"))).isEmpty();
    openStack.service(settings()).send(ServiceRequest.get("/projects"));
    openStack.projects().find("alice-proj");

    assertThat(keystone.calls().count("POST", "/v3/auth/tokens")).isEqualTo(1);
  }

  @Test
  void validatesATokenAfterItsOwnWasRevoked() {
    KeystoneSession session =
        new KeystoneSession(
            properties("doni", keystone.user("doni").password(), null, null),
            new SimpleMeterRegistry(),
            Tracer.NOOP,
            clock);
    assertThat(session.validate(new Secret(keystone.token("alice")))).isPresent();
    keystone.revokeAll();

    assertThat(session.validate(new Secret(keystone.token("alice"))))
        .hasValueSatisfying(token -> assertThat(token.userName()).isEqualTo("alice"));
    assertThat(keystone.calls().count("POST", "/v3/auth/tokens")).isEqualTo(2);
  }

  @Test
  void namesTheApplicationCredentialOfAToken() {
    KeystoneSession session =
        new KeystoneSession(
            properties("doni", keystone.user("doni").password(), null, null),
            new SimpleMeterRegistry(),
            Tracer.NOOP,
            clock);
    ApplicationCredential credential = keystone.addApplicationCredential("alice", "agent");
    Secret token =
        session
            .userLogin()
            .withApplicationCredential(credential.id(), new Secret(credential.secret()))
            .orElseThrow()
            .token();

    assertThat(session.validate(token))
        .hasValueSatisfying(
            found -> assertThat(found.applicationCredentialId()).isEqualTo(credential.id()));
    assertThat(session.validate(new Secret(keystone.token("alice"))))
        .hasValueSatisfying(found -> assertThat(found.applicationCredentialId()).isNull());
  }

  @Test
  void givesAnUnscopedTokenNoProject() {
    KeystoneSession session =
        new KeystoneSession(
            properties("doni", keystone.user("doni").password(), null, null),
            new SimpleMeterRegistry(),
            Tracer.NOOP,
            clock);

    assertThat(session.validate(new Secret(keystone.unscopedToken("alice"))))
        .hasValueSatisfying(token -> assertThat(token.projectId()).isNull());
  }

  @Test
  void findsProjects() {
    ProjectLookup projects = withPassword(keystone.user("doni").password()).projects();
    String id = keystone.user("alice").project().id();

    assertThat(projects.find("alice-proj")).isEqualTo(new Found.One(id));
    assertThat(projects.find(id)).isEqualTo(new Found.One(id));
    assertThat(projects.find("no-such-project")).isEqualTo(new Found.NoProject());
  }

  @Test
  void treatsABrokenAnswerAsAFailure() {
    OpenStackService service = withPassword(keystone.user("doni").password()).service(settings());
    keystone.faults().add(Fault.on("GET", "/v3/projects").answering(200, "{\"projects\": ["));

    assertThatThrownBy(() -> service.send(ServiceRequest.get("/projects")))
        .isInstanceOf(BackendException.class)
        .hasMessageContaining("is not JSON");
  }

  @Test
  void namesKeystoneWhenItIsDown() {
    OpenStackService service = withPassword(keystone.user("doni").password()).service(settings());
    keystone.stop();

    assertThatThrownBy(service::projectId)
        .isInstanceOfSatisfying(
            BackendException.class,
            down -> {
              assertThat(down.service()).isEqualTo("keystone");
              assertThat(down.kind()).isEqualTo(BackendException.Kind.CONNECTION);
            });
  }

  private OpenStack withPassword(String password) {
    return openStack(properties("doni", password, null, null));
  }

  private KeystoneProperties properties(
      @Nullable String user,
      @Nullable String password,
      @Nullable String credential,
      @Nullable String secret) {
    KeystoneProperties properties =
        new KeystoneProperties(
            keystone.authUrl(),
            user,
            password == null ? null : new Secret(password),
            credential,
            secret == null ? null : new Secret(secret),
            "Default",
            "service",
            "Default",
            "RegionOne",
            "internal",
            Duration.ofMinutes(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            Map.of());
    return properties;
  }

  private OpenStack openStack(KeystoneProperties properties) {
    return OpenStacks.of(properties, new SimpleMeterRegistry(), clock);
  }

  private static ServiceProperties settings() {
    @Nullable URI fromTheCatalog = null;
    return new ServiceProperties(
        "tunelo",
        "channel",
        null,
        null,
        fromTheCatalog,
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        10);
  }
}
