package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.http.Fault;
import doni.simulator.http.Faults;
import doni.simulator.kubernetes.SimulatedKubernetes;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * No secret leaves the service by a side door.
 *
 * <p>One test has a site to itself: the refusal in it quotes one device's token in every response,
 * so it would appear in the history of any other device whose token is written meanwhile.
 */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecrecyIT {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String ID = "secr3t";
  private static final String TOKEN_SECRET = "zq8vkx3wmp5ncd7f";

  private final TestSite shared;
  private final TestSite site;
  private final SimulatedKubernetes kubernetes;
  private final String token;
  private final Owner owner;

  SecrecyIT(TestSite shared, SitePostgres postgres) {
    this.shared = shared;
    this.site = new TestSite("secrecy", postgres);
    this.kubernetes = site.kubernetes();
    site.startAndAwait("doni", Map.of());
    site.keystone().addUser("secretive", "secretive-proj", "member");
    this.token = site.keystone().token("secretive");
    this.owner = site.at(site.service(), token);
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void tellsNoSecretInItsLogItsEventsItsMetricsOrItsTables() throws Exception {
    Enrolled device = liveThroughALife();

    String events = String.join("\n", site.database().dump("event"));
    Map<String, String> places =
        Map.of(
            "the log", Files.readString(site.service().log()),
            "the metrics", Metrics.of(site.service()).text(),
            "the events", events,
            "the devices", String.join("\n", site.database().dump("hardware")),
            "the tasks", String.join("\n", site.database().dump("worker_task")));

    places.forEach((place, text) -> assertThat(lines(text)).as(place).isEmpty());
    assertThat(events.contains(device.uuid().toString())).isTrue();
  }

  /** The database's driver can quote the values of a statement that fails. */
  @Test
  void tellsNothingOfAnEnrollmentInItsLogThatTheDatabaseRefuses() throws Exception {
    Owner other = shared.owner("duplicator");
    Enrolled device = other.enroll("taken-name");

    assertThat(other.http().post(Owner.HARDWARE, Owner.enrollment(device.name())).status())
        .isEqualTo(409);

    assertThat(Files.readString(shared.service().log()).contains("taken-name@example.org"))
        .isFalse();
  }

  /** Those that tell a secret, with its name in place of it: a failure must not tell it, either. */
  private List<String> lines(String text) {
    return secrets().entrySet().stream()
        .flatMap(secret ->
            text.lines()
                .filter(line -> line.contains(secret.getValue()))
                .map(line -> line.replace(secret.getValue(), "<" + secret.getKey() + ">")))
        .toList();
  }

  private Map<String, String> secrets() {
    return Map.of(
        "the join token", TOKEN_SECRET,
        "the owner's token", token,
        "the service's kubeconfig", kubernetes.token("doni"),
        "the service's password", site.keystone().user("doni").password(),
        "the owner's password", site.keystone().user("secretive").password());
  }

  /** Refused at first, in words that quote the token; then steady, then deleted. */
  private Enrolled liveThroughALife() throws Exception {
    Faults.Injected refusal =
        kubernetes
            .faults()
            .add(
                Fault.on("POST", "/api/v1/namespaces/kube-system/secrets")
                    .answering(
                        422,
                        """
                        {"kind": "Status", "status": "Failure", "code": 422,
                         "message": "Invalid value: \\"%s.%s\\""}
                        """
                            .formatted(ID, TOKEN_SECRET)));
    Enrolled device = enroll("kept-secret");
    await().atMost(SOON).untilAsserted(() -> assertThat(owner.state(device)).isEqualTo("ERROR"));
    refusal.clear();
    assertThat(owner.task(device).at("/state_details/last_error").asString(""))
        .contains("422")
        .doesNotContain(TOKEN_SECRET);
    kubernetes.addNode(device.name());
    owner.sync(device);
    owner.awaitSteady(device, SOON);
    Enrolled deleted = enroll("deleted-secret");
    owner.delete(deleted);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(site.database().knows(deleted.uuid())).isFalse());
    return device;
  }

  private Enrolled enroll(String name) throws Exception {
    return owner.enrolled(
        owner
            .http()
            .post(
                Owner.HARDWARE,
                """
                {"name": "%s", "hardware_type": "device.balena", "properties": {
                  "machine_name": "%s", "contact_email": "a@example.org", "k8s_bootstrap_token": "%s.%s"}}
                """
                    .formatted(name, Owner.RASPBERRY, ID, TOKEN_SECRET)));
  }
}
