package doni.api.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.hardware.HardwareFilter;
import doni.hardware.HardwareListQuery;
import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.LabelSelector;
import doni.request.RequestRefusedException;
import doni.task.TaskState;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HardwareListParametersTests {

  private static Map<String, String[]> query(String... pairs) {
    Map<String, String[]> parameters = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      parameters.put(pairs[i], new String[] {pairs[i + 1]});
    }
    return parameters;
  }

  private static final UUID MARKER = UUID.fromString("0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f");

  @Test
  void asksForTheOldestFirstWithoutALimit() {
    assertThat(HardwareListParameters.read(Map.of()))
        .isEqualTo(
            new HardwareListQuery(
                false, null, null, null, null, null, false, SortKey.CREATED_AT, false, 0, null));
  }

  @Test
  void readsEveryParameter() {
    HardwareListQuery query =
        HardwareListParameters.read(
            query(
                "all_projects", "True",
                "name", "n",
                "hardware_type", "baremetal",
                "worker_type", "ironic",
                "quarantined", "yes",
                "device_availability", "Never_Seen",
                "deleted", "true",
                "state", "IN_PROGRESS",
                "sort_key", "updated_at",
                "sort_dir", "desc",
                "limit", "7",
                "marker", MARKER.toString()));

    assertThat(query)
        .isEqualTo(
            new HardwareListQuery(
                    true,
                    "n",
                    "baremetal",
                    "ironic",
                    TaskState.IN_PROGRESS,
                    true,
                    true,
                    SortKey.UPDATED_AT,
                    true,
                    7,
                    MARKER)
                .having(AvailabilityStatus.NEVER_SEEN));
  }

  @Test
  void refusesAnAvailabilityThatDoesNotExistAndAnyInThePublicExport() {
    assertThatThrownBy(() -> HardwareListParameters.read(query("device_availability", "asleep")))
        .hasMessage(
            "device_availability: must be one of online, degraded, offline, never_seen, not asleep");
    assertThatThrownBy(
            () -> HardwareListParameters.readForExport(query("device_availability", "offline")))
        .hasMessage("device_availability: must not be set; whether devices respond is not public");
  }

  @Test
  void readsEveryFilter() {
    HardwareListQuery query =
        HardwareListParameters.read(
            query(
                "selector", "a=b,!c",
                "q", "pi",
                "properties.machine_name", "jetson-nano",
                "created_after", "2031-03-03T00:00:00Z",
                // A + that the client did not encode.
                "created_before", "2031-03-04T00:00:00 00:00",
                "updated_after", "2031-03-05T00:00:00",
                "updated_before", "2031-03-06 12:00"));

    assertThat(query.filter())
        .isEqualTo(
            new HardwareFilter(
                LabelSelector.parse("a=b,!c"),
                "pi",
                Map.of("machine_name", "jetson-nano"),
                Instant.parse("2031-03-03T00:00:00Z"),
                Instant.parse("2031-03-04T00:00:00Z"),
                Instant.parse("2031-03-05T00:00:00Z"),
                Instant.parse("2031-03-06T12:00:00Z")));
  }

  @Test
  void namesThePositionInASelector() {
    assertThatThrownBy(() -> HardwareListParameters.read(query("selector", "a=b,", "q", "")))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageStartingWith("selector: at character 5: expected a key, not the end")
        .hasMessageEndingWith("q: must have at least one character");
  }

  @ParameterizedTest
  @CsvSource({"1,true", "yes,true", "ON,true", "false,false", "0,false", "No,false"})
  void knowsManySpellingsOfYesAndNo(String text, boolean expected) {
    assertThat(HardwareListParameters.read(query("all_projects", text)).allProjects())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "limit,abc",
    "limit,0",
    "limit,-1",
    "limit,1.5",
    "limit,''",
    "limit,\u0661",
    "limit,1e3",
    "sort_key,bogus",
    "sort_dir,up",
    "state,DONE",
    "hardware_type,device.balenna",
    "worker_type,K8S",
    "marker,m",
    "marker,1-2-3-4-5",
    "all_projects,maybe",
    "deleted,maybe",
    "created_after,yesterday",
    "updated_before,2031-13-01"
  })
  void namesTheParameterAndItsValue(String name, String value) {
    assertThatThrownBy(() -> HardwareListParameters.read(query(name, value)))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageStartingWith(name + ": ")
        .hasMessageContaining(value);
  }

  @Test
  void saysWhatCanBeSortedBy() {
    assertThatThrownBy(() -> HardwareListParameters.read(query("sort_key", "bogus")))
        .hasMessageContaining("created_at, updated_at, name, uuid, project_id, hardware_type");
  }

  @Test
  void namesTheWorkersThatExist() {
    assertThatThrownBy(() -> HardwareListParameters.read(query("worker_type", "k9s")))
        .hasMessage(
            "worker_type: must be one of balena, blazar.device, blazar.physical_host, fake-worker,"
                + " ironic, k8s, tunelo, not k9s");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\u0000", "a\nb"})
  void refusesTextThatDoesNotFitOnALine(String value) {
    assertThatThrownBy(() -> HardwareListParameters.read(query("name", value)))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageStartingWith("name:");
  }

  @Test
  void refusesAParameterGivenTwice() {
    assertThatThrownBy(() -> HardwareListParameters.read(Map.of("limit", new String[] {"1", "2"})))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessage("limit: must be given only once");
  }

  @Test
  void ignoresWhatItDoesNotKnow() {
    assertThat(HardwareListParameters.read(query("colour", "blue")))
        .isEqualTo(HardwareListParameters.read(Map.of()));
  }

  @Test
  void takesAnAbsurdLimitForNoLimit() {
    assertThat(HardwareListParameters.read(query("limit", "99999999999999999999")).limit())
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void namesEverythingThatIsWrong() {
    assertThatThrownBy(() -> HardwareListParameters.read(query("limit", "x", "sort_dir", "up")))
        .hasMessageContaining("limit")
        .hasMessageContaining("sort_dir");
  }

  @Test
  void keepsTheQueryForTheNextPage() {
    String next =
        HardwareListParameters.after(
            query(
                "limit",
                "2",
                "marker",
                "old",
                "name",
                "a+b&c d",
                "colour",
                "blue",
                "properties.a&b",
                "c",
                "selector",
                "d=e"),
            "new");

    assertThat(next)
        .isEqualTo("name=a%2Bb%26c+d&selector=d%3De&limit=2&properties.a%26b=c&marker=new");
  }

  @Test
  void staysWithDeletedDevicesOnTheNextPage() {
    assertThat(HardwareListParameters.after(query("limit", "2", "deleted", "true"), "new"))
        .isEqualTo("deleted=true&limit=2&marker=new");
  }

  @Test
  void exportsNoDeletedDevices() {
    assertThatThrownBy(() -> HardwareListParameters.readForExport(query("deleted", "true")))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessage("deleted: must not be True; deleted devices are not exported");
    assertThat(HardwareListParameters.readForExport(query("deleted", "false")))
        .isEqualTo(HardwareListParameters.read(Map.of()));
  }
}
