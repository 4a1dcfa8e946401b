package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Secret;
import doni.worker.Change;
import doni.worker.ironic.IronicObservedState.IronicNode;
import doni.worker.ironic.IronicObservedState.IronicPort;
import doni.worker.ironic.IronicRecordedState.PasswordFingerprint;
import doni.worker.ironic.IronicWrite.PatchOperation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The drift between an enrollment and an existing node: no network. */
class IronicDriftTests {

  private static final Secret PASSWORD = new Secret(Host.PASSWORD);
  private static final Secret MASK = new Secret("******");
  private static final Map<String, Object> LINK =
      Map.of("switch_id", "aa:bb:cc:dd:ee:ff", "port_id", "Ethernet1/1", "switch_info", "tor1");

  private final Host host = Host.withFixedId();
  private final Map<String, @Nullable String> own = new HashMap<>();
  private final Map<String, Object> driverInfo = new HashMap<>();
  private final Map<String, Object> properties = new HashMap<>();
  private final List<IronicPort> ports = new ArrayList<>();
  private IronicRecordedState recorded =
      IronicRecordedState.NOTHING.withPassword(Optional.of(PasswordFingerprint.of(PASSWORD)));

  IronicDriftTests() {
    own.put("name", host.name());
    own.put("driver", "ipmi");
    own.put("resource_class", "baremetal");
    driverInfo.put("ipmi_address", "10.0.0.1");
    driverInfo.put("ipmi_username", "root");
    driverInfo.put("ipmi_password", MASK);
    driverInfo.put("ipmi_port", 623);
    properties.put("cpu_arch", "x86_64");
    properties.put("capabilities", "boot_option:local,boot_mode:uefi");
    ports.add(port(Host.MAC, "eno1", true, LINK));
    ports.add(port(Host.SECOND_MAC, "eno2", false, Map.of()));
  }

  private static IronicPort port(
      String macAddress, String name, boolean pxeEnabled, Map<String, Object> link) {
    return new IronicPort(
        "port-" + macAddress, "node", macAddress, Map.of("name", name), pxeEnabled, link);
  }

  private IronicNode node() {
    return new IronicNode(
        host.uuid(),
        own.get("name"),
        own.get("driver"),
        own.get("resource_class"),
        driverInfo,
        properties,
        "available",
        null,
        null,
        false,
        null,
        null,
        null,
        null);
  }

  private IronicDrift drift() {
    return IronicDrift.between(IronicDesiredState.of(host.hardware()), node(), ports, recorded);
  }

  private List<Change> changes() {
    return drift().writes(host.uuid()).stream().flatMap(write -> write.changes().stream()).toList();
  }

  @Test
  void equalStatesHaveNoDrift() {
    assertThat(drift().isEmpty()).isTrue();
    assertThat(changes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "name, other, nc-5c9b8d1e",
    "name, , nc-5c9b8d1e",
    "driver, fake-hardware, ipmi",
    "driver, , ipmi",
    "resource_class, other, baremetal",
    "resource_class, , baremetal"
  })
  void aValueOfTheNodeIsSet(String key, @Nullable String present, String desired) {
    own.put(key, present);

    assertThat(changes()).containsExactly(Change.update("node/" + key, present, desired));
  }

  @ParameterizedTest
  @CsvSource({
    "ipmi_address, 10.9.9.9",
    "ipmi_address, ",
    "ipmi_username, other",
    "ipmi_username, ",
    "ipmi_port, 624",
    "ipmi_port, many",
    "ipmi_port, "
  })
  void aValueOfTheDriverIsSetAndNotShown(String key, @Nullable String present) {
    if (present == null) {
      driverInfo.remove(key);
    } else {
      driverInfo.put(key, present);
    }

    assertThat(changes()).containsExactly(Change.update("node/driver_info/" + key, null, null));
    assertThat(drift().node())
        .singleElement()
        .returns(present, PatchOperation::from)
        .extracting(operation -> operation.json().get("op"))
        .isEqualTo("add");
  }

  @ParameterizedTest
  @CsvSource({"ipmi_terminal_port", "deploy_kernel", "deploy_ramdisk"})
  void anUndesiredValueOfTheDriverIsRemoved(String key) {
    driverInfo.put(key, "9000");

    assertThat(drift().node())
        .containsExactly(PatchOperation.remove("/driver_info/" + key, "9000"));
    assertThat(drift().node().getFirst().json())
        .isEqualTo(Map.of("op", "remove", "path", "/driver_info/" + key));
  }

  @ParameterizedTest
  @CsvSource({
    "baremetal_deploy_kernel_image, deploy_kernel",
    "baremetal_deploy_ramdisk_image, deploy_ramdisk"
  })
  void aNewImageIsAdded(String property, String key) {
    host.with(property, "image");

    assertThat(drift().node())
        .containsExactly(PatchOperation.set("/driver_info/" + key, null, "image"));
  }

  @ParameterizedTest
  @CsvSource({"ipmi_port, ' 623 '", "ipmi_port, 623.0"})
  void aPortNumberThatIsTextIsEqual(String key, String present) {
    driverInfo.put(key, present);

    assertThat(drift().isEmpty()).isTrue();
  }

  @Test
  void foreignKeysAreLeftAlone() {
    driverInfo.put("ipmi_bridging", "no");
    properties.put("memory_mb", 1024);
    properties.put("capabilities", "cpu_vt:true,boot_option:local,boot_mode:uefi");

    assertThat(drift().isEmpty()).isTrue();
  }

  static Stream<Arguments> passwords() {
    Optional<PasswordFingerprint> ours = Optional.of(PasswordFingerprint.of(PASSWORD));
    Optional<PasswordFingerprint> other =
        Optional.of(PasswordFingerprint.of(new Secret("another")));
    return Stream.of(
        Arguments.argumentSet("masked, written before", MASK, ours, false),
        Arguments.argumentSet("masked, another one written", MASK, other, true),
        Arguments.argumentSet("masked, nothing recorded", MASK, Optional.empty(), true),
        Arguments.argumentSet("shown, equal", PASSWORD, Optional.empty(), false),
        Arguments.argumentSet("shown, different", new Secret("drift"), ours, true),
        Arguments.argumentSet("missing", null, ours, true));
  }

  @ParameterizedTest
  @MethodSource("passwords")
  void thePasswordIsSetUnlessItIsKnownToBeEqual(
      @Nullable Secret present, Optional<PasswordFingerprint> written, boolean differs) {
    driverInfo.remove("ipmi_password");
    if (present != null) {
      driverInfo.put("ipmi_password", present);
    }
    recorded = recorded.withPassword(written);

    assertThat(changes())
        .isEqualTo(
            differs
                ? List.of(Change.update("node/driver_info/ipmi_password", null, null))
                : List.of());
  }

  @Test
  void anUndesiredPasswordIsRemoved() {
    host.without("ipmi_password");

    assertThat(drift().node())
        .containsExactly(PatchOperation.remove("/driver_info/ipmi_password", MASK));
    driverInfo.remove("ipmi_password");
    assertThat(drift().isEmpty()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          boot_option:local                             | boot_option:local,boot_mode:uefi
          boot_mode:bios,vt:true,boot_option:local      | boot_mode:uefi,vt:true,boot_option:local
          boot_mode:uefi,boot_option:local,disk_label:gpt | boot_mode:uefi,boot_option:local
          """)
  void ourCapabilitiesAreMerged(String present, String desired) {
    properties.put("capabilities", present);

    assertThat(changes())
        .containsExactly(Change.update("node/properties/capabilities", present, desired));
  }

  @Test
  void missingCapabilitiesAreAdded() {
    properties.remove("capabilities");

    assertThat(changes())
        .containsExactly(
            Change.update(
                "node/properties/capabilities", null, "boot_option:local,boot_mode:uefi"));
  }

  @Test
  void capabilitiesAreRemovedWithTheLastOne() {
    host.without("baremetal_capabilities");

    assertThat(changes())
        .containsExactly(
            Change.update(
                "node/properties/capabilities", "boot_option:local,boot_mode:uefi", null));
  }

  @Test
  void theCpuArchitectureIsSet() {
    properties.remove("cpu_arch");
    assertThat(changes())
        .containsExactly(Change.update("node/properties/cpu_arch", null, "x86_64"));

    properties.put("cpu_arch", "aarch64");
    assertThat(changes())
        .containsExactly(Change.update("node/properties/cpu_arch", "aarch64", "x86_64"));
  }

  @Test
  void aMissingPortIsCreated() {
    ports.removeLast();

    assertThat(changes()).containsExactly(Change.create("port " + Host.SECOND_MAC));
  }

  @Test
  void aPortOfNoEnabledInterfaceIsDeleted() {
    host.withInterface(1, "enabled", false);

    assertThat(changes()).containsExactly(Change.delete("port " + Host.SECOND_MAC));
  }

  static Stream<Arguments> changedPorts() {
    return Stream.of(
        changedPort(
            "name",
            port -> port(Host.MAC, "other", true, LINK),
            Change.update("port " + Host.MAC + "/extra/name", "other", "eno1")),
        changedPort(
            "PXE",
            port -> port(Host.MAC, "eno1", false, LINK),
            Change.update("port " + Host.MAC + "/pxe_enabled", "false", "true")),
        changedPort(
            "no link",
            port -> port(Host.MAC, "eno1", true, Map.of()),
            Change.update(
                "port " + Host.MAC + "/local_link_connection",
                "{}",
                "{port_id=Ethernet1/1, switch_id=aa:bb:cc:dd:ee:ff, switch_info=tor1}")),
        changedPort(
            "switch id in capitals",
            port ->
                port(
                    Host.MAC,
                    "eno1",
                    true,
                    Map.of(
                        "switch_id", "AA:BB:CC:DD:EE:FF",
                        "port_id", "Ethernet1/1",
                        "switch_info", "tor1"))));
  }

  private static Arguments changedPort(
      String name, UnaryOperator<IronicPort> change, Change... changes) {
    return Arguments.argumentSet(name, change, List.of(changes));
  }

  @ParameterizedTest
  @MethodSource("changedPorts")
  void aPortIsChangedInPlace(UnaryOperator<IronicPort> change, List<Change> expected) {
    ports.set(0, change.apply(ports.getFirst()));

    assertThat(changes()).isEqualTo(expected);
  }

  @Test
  void anEmptySwitchInfoEqualsAnAbsentOne() {
    host.withInterface(0, "switch_info", null);
    ports.set(
        0,
        port(
            Host.MAC,
            "eno1",
            true,
            Map.of("switch_id", "aa:bb:cc:dd:ee:ff", "port_id", "Ethernet1/1")));

    assertThat(drift().isEmpty()).isTrue();
  }

  @Test
  void eachStateLetsItsPartBeWritten() {
    own.put("name", "other");
    own.put("resource_class", "other");
    driverInfo.put("ipmi_username", "other");
    driverInfo.put("deploy_kernel", "other");
    properties.put("cpu_arch", "other");
    ports.set(0, port(Host.MAC, "other", false, LINK));
    ports.set(1, port("52:54:00:aa:00:03", "extra", true, Map.of()));
    IronicDrift drift = drift();

    assertThat(objects(drift))
        .containsExactly(
            "node/name",
            "node/resource_class",
            "node/driver_info/ipmi_username",
            "node/driver_info/deploy_kernel",
            "node/properties/cpu_arch",
            "port 52:54:00:aa:00:03",
            "port " + Host.SECOND_MAC,
            "port " + Host.MAC + "/extra/name",
            "port " + Host.MAC + "/pxe_enabled");
    assertThat(objects(drift.without(drift.inPlace())))
        .containsExactly("port " + Host.MAC + "/pxe_enabled");
    assertThat(objects(drift.whileInUse()))
        .containsExactly(
            "node/name",
            "node/driver_info/ipmi_username",
            "node/driver_info/deploy_kernel",
            "node/properties/cpu_arch",
            "port " + Host.MAC + "/extra/name");
    assertThat(objects(drift.afterFailure()))
        .containsExactly("node/driver_info/ipmi_username", "node/driver_info/deploy_kernel");
    assertThat(objects(drift.credentials())).containsExactly("node/driver_info/ipmi_username");
    assertThat(drift.without(drift).isEmpty()).isTrue();
  }

  private List<String> objects(IronicDrift drift) {
    return drift.writes(host.uuid()).stream()
        .flatMap(write -> write.changes().stream())
        .map(Change::object)
        .toList();
  }
}
