package doni.worker.ironic;

import doni.convergence.FaultyBench;
import doni.convergence.FaultyCalls;
import doni.enrollment.Hardware;
import doni.enrollment.Secret;
import doni.simulator.SiteClock;
import doni.worker.Worker;
import doni.worker.ironic.IronicDesiredState.DesiredPort;
import doni.worker.ironic.IronicObservedState.IronicPort;
import doni.worker.ironic.IronicWrite.PatchOperation;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A worker in front of an Ironic whose calls can fail. */
abstract class IronicBench extends FaultyBench<IronicClient> {

  private static final String DEPLOY_IMAGE = "5c9b8d1e-0000-4000-8000-000000000001";
  private static final String OTHER_MAC = "52:54:00:aa:00:09";

  private final Worker worker;

  IronicBench(FaultyCalls<IronicClient> calls, IronicClient client, SiteClock clock) {
    super(calls, client, clock);
    this.worker = new IronicWorker(calls.client(), IronicProperties.HostOnDelete.REMOVE, clock);
  }

  static boolean writes(Method method) {
    return method.getReturnType() == IronicWriteResult.class;
  }

  /** Changes a port past the rule that its connectivity is fixed in the pool. */
  abstract void setPxeEnabled(String macAddress, boolean enabled);

  @Override
  public Worker worker() {
    return worker;
  }

  @Override
  public Hardware hardware() {
    return enrolled().hardware();
  }

  private static Host enrolled() {
    return Host.withFixedId();
  }

  @Override
  public Map<String, Hardware> changedFields() {
    Map<String, Hardware> fields = new LinkedHashMap<>();
    fields.put("name", enrolled().named("renamed").hardware());
    fields.put("management_address", enrolled().with("management_address", "10.0.0.2").hardware());
    fields.put("cpu_arch", enrolled().with("cpu_arch", "aarch64").hardware());
    fields.put("resource class", enrolled().with("baremetal_resource_class", "gpu").hardware());
    fields.put("kernel", enrolled().with("baremetal_deploy_kernel_image", DEPLOY_IMAGE).hardware());
    fields.put(
        "ramdisk", enrolled().with("baremetal_deploy_ramdisk_image", DEPLOY_IMAGE).hardware());
    fields.put(
        "capabilities",
        enrolled().with("baremetal_capabilities", Map.of("boot_mode", "bios")).hardware());
    fields.put("no capabilities", enrolled().without("baremetal_capabilities").hardware());
    fields.put("ipmi_username", enrolled().with("ipmi_username", "admin").hardware());
    fields.put("no ipmi_username", enrolled().without("ipmi_username").hardware());
    fields.put("ipmi_password", enrolled().with("ipmi_password", new Secret("an0ther")).hardware());
    fields.put("no ipmi_password", enrolled().without("ipmi_password").hardware());
    fields.put("ipmi_port", enrolled().with("ipmi_port", 6230).hardware());
    fields.put("ipmi_terminal_port", enrolled().with("ipmi_terminal_port", 9001).hardware());
    fields.put("interface name", enrolled().withInterface(0, "name", "lan0").hardware());
    fields.put("interface MAC", enrolled().withInterface(1, "mac_address", OTHER_MAC).hardware());
    fields.put("interface disabled", enrolled().withInterface(1, "enabled", false).hardware());
    fields.put("interface added", enrolled().withAnotherInterface("eno3", OTHER_MAC).hardware());
    fields.put("interface PXE", enrolled().withInterface(1, "pxe_enabled", true).hardware());
    fields.put(
        "switch port", enrolled().withInterface(0, "switch_port_id", "Ethernet1/2").hardware());
    fields.put("no switch", enrolled().withInterface(0, "switch_id", null).hardware());
    return fields;
  }

  @Override
  public Map<String, Runnable> disturbances(Hardware hardware) {
    String uuid = hardware.id().toString();
    Map<String, Runnable> disturbances = new LinkedHashMap<>();
    disturbances.put("name", () -> patch(uuid, "/name", "other"));
    disturbances.put("resource class", () -> patch(uuid, "/resource_class", "other"));
    disturbances.put("BMC address", () -> patch(uuid, "/driver_info/ipmi_address", "10.9.9.9"));
    disturbances.put("kernel", () -> patch(uuid, "/driver_info/deploy_kernel", DEPLOY_IMAGE));
    disturbances.put("CPU architecture", () -> patch(uuid, "/properties/cpu_arch", "aarch64"));
    disturbances.put(
        "capability",
        () -> patch(uuid, "/properties/capabilities", "boot_option:local,boot_mode:bios"));
    disturbances.put(
        "interface name",
        () ->
            done(
                client()
                    .patchPort(
                        port(uuid, Host.MAC).uuid(),
                        List.of(new PatchOperation("/extra/name", null, "other")))));
    disturbances.put("interface PXE", () -> setPxeEnabled(Host.MAC, false));
    disturbances.put(
        "port deleted", () -> done(client().deletePort(port(uuid, Host.SECOND_MAC).uuid())));
    disturbances.put(
        "port added",
        () -> done(client().createPort(uuid, new DesiredPort(OTHER_MAC, "x", true, Map.of()))));
    return disturbances;
  }

  private void patch(String uuid, String path, String value) {
    done(client().patchNode(uuid, List.of(new PatchOperation(path, null, value))));
  }

  IronicPort port(String uuid, String macAddress) {
    return client().observe(uuid).ports().stream()
        .filter(port -> port.macAddress().equals(macAddress))
        .findFirst()
        .orElseThrow();
  }

  static void done(IronicWriteResult result) {
    if (!(result instanceof IronicWriteResult.WriteDone)) {
      throw new AssertionError("the disturbance failed: " + result);
    }
  }

  @Override
  public void deleteResource(Hardware hardware) {
    done(client().deleteNode(hardware.id().toString()));
  }

  @Override
  public Map<String, String> secrets() {
    return Map.of("ipmi_password", Host.PASSWORD);
  }
}
