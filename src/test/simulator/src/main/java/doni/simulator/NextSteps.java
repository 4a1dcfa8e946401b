package doni.simulator;

import doni.simulator.keystone.ApplicationCredential;
import java.net.URI;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** What to try while the demo runs, as lines for a shell. */
final class NextSteps {

  private NextSteps() {}

  static void print(SimulatedSite site, DoniProcess service, String token) {
    System.out.println(
        """

        Try in another terminal (append "| python3 -m json.tool" to see it in lines). The tokens are
        those of a member and of a reader of one project, and of an operator:

        export TOKEN=%s
        export READER_TOKEN=%s
        export ADMIN_TOKEN=%s
        """
            .formatted(token, site.keystone().token("reader"), site.keystone().token("admin")));
    ofTheService(service);
    ofAnOperator(service.uri());
    ofTheMachines(site, service.uri());
    ofTheClients(site, service.uri());
    ofTheCluster(site);
    System.out.println(
        """
        Console     %s/console  (user alice, password %s; operator: user admin, password %s)
        API docs    %s/swagger-ui.html
        Log         %s

        Ctrl-C stops everything and leaves nothing behind.\
        """
            .formatted(
                service.uri(),
                site.keystone().user("alice").password(),
                site.keystone().user("admin").password(),
                service.managementUri(),
                service.log()));
  }

  private static void ofTheService(DoniProcess doni) {
    URI service = doni.uri();
    String hardware = service + "/v1/hardware/";
    LocalDate start = LocalDate.now(Clock.systemUTC().withZone(ZoneOffset.UTC)).plusDays(1);
    String window =
        "[{\"op\":\"add\",\"path\":\"/availability/-\",\"value\":{\"start\":\"%sT00:00:00Z\",\"end\":\"%sT00:00:00Z\"}}]"
            .formatted(start, start.plusDays(30));
    step("all devices", get(hardware));
    step("one by its name", get(hardware + "greenhouse-pi/"));
    step("what happened to it", get(hardware + "greenhouse-pi/events"));
    step(
        "shut its local network",
        patch(
            hardware + "greenhouse-pi/",
            "[{\"op\":\"add\",\"path\":\"/properties/local_egress\",\"value\":\"deny\"}]"));
    step("make it available for a month", patch(hardware + "greenhouse-pi/", window));
    step("have everything looked at again", call("POST", hardware + "greenhouse-pi/sync/"));
    step("how far a device is, and why one is stuck", get(hardware + "attic-pi/readiness"));
    step("when a device was offline", get(hardware + "gate-camera/device-availability"));
    step(
        "the config.json for a machine's boot partition",
        get(hardware + "greenhouse-pi/config.json"));
    step("take a device out", call("DELETE", hardware + "lab-pi/"));
    step(
        "what a reader sees: no secret",
        "curl -s -H \"X-Auth-Token: $READER_TOKEN\" " + hardware + "greenhouse-pi/");
    step("what the public sees, without a token", "curl -s " + hardware + "export/");
    step("health", "curl -s " + service + "/healthcheck");
    step("metrics", "curl -s " + doni.managementUri() + "/actuator/prometheus");
  }

  private static void ofAnOperator(URI service) {
    step("the devices of every project", admin("GET", service + "/v1/hardware?all_projects=True"));
    step("how many devices there are", admin("GET", service + "/v1/summary?all_projects=True"));
    step("what happened at the site", admin("GET", service + "/v1/events"));
    step(
        "stop all writes for a device, and allow them again",
        admin("POST", service + "/v1/hardware/greenhouse-pi/quarantine"),
        admin("POST", service + "/v1/hardware/greenhouse-pi/release"));
    step("resync all devices", admin("POST", service + "/v1/hardware/sync"));
    step("what force-deleted devices left behind", admin("GET", service + "/v1/leftovers"));
  }

  private static void ofTheMachines(SimulatedSite site, URI service) {
    String machines = site.machines().uri() + "/machines";
    step(
        "take the power of a device away; within seconds it is offline",
        "curl -s -X POST " + machines + "/gate-camera/off",
        get(service + "/v1/hardware/gate-camera"));
    step("give it back", "curl -s -X POST " + machines + "/gate-camera/on");
  }

  private static void ofTheClients(SimulatedSite site, URI service) {
    ApplicationCredential credential =
        site.keystone().addApplicationCredential("alice", "demo-of-alice");
    System.out.println(
        """
        For the openstack client, chi-edge and ./doni, with an application credential of alice:

        export OS_AUTH_TYPE=v3applicationcredential OS_AUTH_URL=%s
        export OS_APPLICATION_CREDENTIAL_ID=%s
        export OS_APPLICATION_CREDENTIAL_SECRET=%s
        export OS_IDENTITY_API_VERSION=3 OS_REGION_NAME=RegionOne OS_INTERFACE=public
        export DONI_URL=%s DONI_MACHINES=%s
        """
            .formatted(
                site.keystone().authUrl(),
                credential.id(),
                credential.secret(),
                service,
                site.machines().uri() + "/machines"));
    // Its table breaks where devices have different workers.
    step("with python-doniclient", "openstack hardware list --worker-type k8s");
    step("with python-chi-edge", "chi-edge device list");
    step("with Doni's own command line", "./doni get", "./doni describe attic-pi");
    step(
        "a device of your own: enroll it, bake its card, and switch it on",
        "./doni create my-pi -t device.balena -p machine_name=raspberrypi4-64 -p"
            + " contact_email=owner@example.org -p"
            + " application_credential_id=$OS_APPLICATION_CREDENTIAL_ID -p"
            + " application_credential_secret=$OS_APPLICATION_CREDENTIAL_SECRET",
        "./doni bake my-pi --wait",
        "curl -s --data @config.json $DONI_MACHINES",
        "./doni describe my-pi");
  }

  private static void ofTheCluster(SimulatedSite site) {
    String nodes = site.kubernetes().uri() + "/api/v1/nodes";
    System.out.println(
        """
        The simulated Kubernetes, as its administrator (-k: its certificate is its own):

        export KUBE=%s
        """
            .formatted(site.kubernetes().token("admin")));
    String credentials = "-H \"Authorization: Bearer $KUBE\" ";
    step("a node with its labels", "curl -sk " + credentials + nodes + "/greenhouse-pi");
    step(
        "the bootstrap tokens",
        "curl -sk "
            + credentials
            + site.kubernetes().uri()
            + "/api/v1/namespaces/kube-system/secrets");
    step(
        "take a label away behind the service's back; look again: it is there",
        "curl -sk -X PATCH "
            + credentials
            + "-H 'Content-Type: application/merge-patch+json' -d"
            + " '{\"metadata\":{\"labels\":{\"smarter-device-manager\":null}}}' "
            + nodes
            + "/greenhouse-pi");
    step(
        "have the next 20 calls to Kubernetes answered with 503",
        "curl -sk -X POST -d '{\"status\": 503, \"times\": 20}' "
            + site.kubernetes().uri()
            + "/_site/faults");
  }

  private static String get(String url) {
    return "curl -s -H \"X-Auth-Token: $TOKEN\" " + url;
  }

  private static String call(String method, String url) {
    return "curl -s -X " + method + " -H \"X-Auth-Token: $TOKEN\" " + url;
  }

  private static String patch(String url, String patch) {
    return "curl -s -X PATCH -H \"X-Auth-Token: $TOKEN\" -H 'Content-Type: application/json' -d '"
        + patch
        + "' "
        + url;
  }

  private static String admin(String method, String url) {
    return "curl -s -X " + method + " -H \"X-Auth-Token: $ADMIN_TOKEN\" " + quoted(url);
  }

  private static String quoted(String url) {
    return url.indexOf('?') < 0 ? url : "'" + url + "'";
  }

  private static void step(String what, String... commands) {
    System.out.println("# " + what + "\n" + String.join("\n", commands) + "\n");
  }
}
