package doni.simulator;

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

        Try in another terminal (append "| python3 -m json.tool" to see it in lines):

        export TOKEN=%s
        """
            .formatted(token));
    ofTheService(service);
    ofTheCluster(site);
    System.out.println(
        """
        Console     %s/console  (user alice, password %s)
        API docs    %s/swagger-ui.html
        Log         %s

        Ctrl-C stops everything and leaves nothing behind.\
        """
            .formatted(
                service.uri(),
                site.keystone().user("alice").password(),
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
    step("take a device out", call("DELETE", hardware + "lab-pi/"));
    step("what the public sees, without a token", "curl -s " + hardware + "export/");
    step("health", "curl -s " + service + "/healthcheck");
    step("metrics", "curl -s " + doni.managementUri() + "/actuator/prometheus");
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

  private static void step(String what, String command) {
    System.out.println("# " + what + "\n" + command + "\n");
  }
}
