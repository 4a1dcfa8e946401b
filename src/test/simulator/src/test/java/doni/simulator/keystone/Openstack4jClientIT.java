package doni.simulator.keystone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openstack4j.api.OSClient.OSClientV3;
import org.openstack4j.api.exceptions.AuthenticationException;
import org.openstack4j.model.common.Identifier;
import org.openstack4j.model.identity.v3.Project;
import org.openstack4j.model.identity.v3.Role;
import org.openstack4j.model.identity.v3.Service;
import org.openstack4j.model.identity.v3.Token;
import org.openstack4j.openstack.OSFactory;

class Openstack4jClientIT {

  private final SimulatedKeystone keystone = new SimulatedKeystone(0, Clock.systemUTC());

  @AfterEach
  void close() {
    keystone.close();
  }

  @Test
  void logsInWithAPassword() {
    OSClientV3 client = login(keystone.user("doni").password());

    assertThat(client.getToken().getUser().getName()).isEqualTo("doni");
    assertThat(client.getToken().getRoles()).extracting(Role::getName).containsExactly("admin");
  }

  @Test
  void learnsOfAWrongPassword() {
    assertThatThrownBy(() -> login("wrong")).isInstanceOf(AuthenticationException.class);
  }

  @Test
  void validatesATokenOfSomebodyElse() {
    OSClientV3 client = login(keystone.user("doni").password());

    Token token = client.identity().tokens().get(keystone.token("alice"));

    assertThat(token.getProject().getName()).isEqualTo("alice-proj");
    assertThat(token.getExpires()).isInTheFuture();
  }

  @Test
  void findsNothingForAnUnknownToken() {
    OSClientV3 client = login(keystone.user("doni").password());

    assertThat(client.identity().tokens().get("nonsense")).isNull();
  }

  @Test
  void looksUpProjects() {
    OSClientV3 client = login(keystone.user("doni").password());
    String id = keystone.user("alice").project().id();

    Project byId = client.identity().projects().get(id);

    assertThat(byId.getName()).isEqualTo("alice-proj");
    assertThat(client.identity().projects().getByName("alice-proj"))
        .extracting(Project::getId)
        .isEqualTo(java.util.List.of(id));
  }

  @Test
  void readsTheCatalog() {
    keystone.addService("inventory", "doni", URI.create("http://127.0.0.1:8001"));

    OSClientV3 client = login(keystone.user("doni").password());

    assertThat(client.getToken().getCatalog())
        .extracting(Service::getType)
        .map(Object::toString)
        .contains("inventory");
  }

  private OSClientV3 login(String password) {
    return OSFactory.builderV3()
        .endpoint(keystone.authUrl().toString())
        .credentials("doni", password, Identifier.byName("Default"))
        .scopeToProject(Identifier.byName("service"), Identifier.byName("Default"))
        .authenticate();
  }
}
