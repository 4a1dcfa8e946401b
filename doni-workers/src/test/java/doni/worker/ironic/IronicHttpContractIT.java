package doni.worker.ironic;

import doni.convergence.FaultyCalls;
import doni.convergence.WorkerBench;
import doni.convergence.WorkerContractTest;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

class IronicHttpContractIT extends WorkerContractTest {

  private static final List<String> NODE =
      List.of("name", "driver", "resource_class", "provision_state");
  private static final List<String> PORT =
      List.of("address", "extra", "pxe_enabled", "local_link_connection");

  @Override
  protected WorkerBench open() {
    IronicSite site = new IronicSite();
    return new HttpBench(site, site.client());
  }

  @Override
  protected boolean marksItsObjects() {
    return true;
  }

  private static final class HttpBench extends IronicBench {

    private final IronicSite site;

    private HttpBench(IronicSite site, IronicClient client) {
      super(
          FaultyCalls.overHttp(
              IronicClient.class, client, "ironic", IronicBench::writes, site.ironic().faults()),
          client,
          site.clock());
      this.site = site;
    }

    @Override
    void setPxeEnabled(String macAddress, boolean enabled) {
      site.ironic().editPort(macAddress, port -> port.put("pxe_enabled", enabled));
    }

    /** All requests that the simulator got, the refused ones included. */
    @Override
    public int writes() {
      return Math.toIntExact(site.ironic().calls().writes());
    }

    @Override
    public String snapshot() {
      String uuid = hardware().id().toString();
      Stream<String> node =
          site.ironic().node(uuid).stream()
              .map(it ->
                  values(it, NODE)
                      + members(it.path("driver_info"))
                      + members(it.path("properties")));
      Stream<String> ports =
          site.ironic().ports(uuid).stream().map(port -> values(port, PORT)).sorted();
      return Stream.concat(node, ports).collect(Collectors.joining("\n"));
    }

    private static String values(JsonNode json, List<String> keys) {
      return keys.stream().map(key -> json.path(key).toString()).collect(Collectors.joining(" "));
    }

    private static String members(JsonNode json) {
      TreeMap<String, String> members = new TreeMap<>();
      json.properties().forEach(it -> members.put(it.getKey(), it.getValue().toString()));
      return members.toString();
    }

    @Override
    public void close() {
      site.close();
    }
  }
}
