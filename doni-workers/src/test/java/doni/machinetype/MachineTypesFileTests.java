package doni.machinetype;

import static org.assertj.core.api.Assertions.assertThat;

import doni.machinetype.MachineTypesHealth.MachineTypeProblem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MachineTypesFileTests {

  private static List<String> findings(String yaml) {
    return MachineTypesFile.parse("f.yaml", yaml.getBytes(StandardCharsets.UTF_8))
        .findings()
        .stream()
        .map(MachineTypeProblem::toString)
        .toList();
  }

  private static List<String> labelled(String key, String value) {
    return findings(
        "version: 1\nmachine-types: {pi: {labels: {'%s': '%s'}}}".formatted(key, value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{machine-types: {pi: {fleet: a}}} | f.yaml: version is missing",
        "{version: 2, machine-types: {pi: {fleet: a}}} | f.yaml, /version: '2' is not allowed; allowed: 1",
        "{version: 1, machine-types: {}} | f.yaml, /machine-types: is not allowed; allowed: a mapping of at least one",
        "{version: 1, machine-types: {pi: {fleet: a}}, x: 1} | f.yaml, /x: is not known; allowed: hardware-type, machine-types, version",
        "{version: 1, hardware-type: toaster, machine-types: {pi: {fleet: a}}} | f.yaml, /hardware-type: 'toaster' is not allowed; allowed: device.balena",
        "{version: 1, machine-types: {pi: {colour: red}}} | f.yaml, /machine-types/pi/colour: is not known; allowed: fleet, full-name, labels, model, vendor",
        "{version: 1, machine-types: {pi: {vendor: A, model: B}}} | f.yaml, /machine-types/pi: lacks some of full-name, model, vendor; allowed: a mapping",
        "{version: 1, machine-types: {pi: {full-name: A, vendor: B, model: 4}}} | f.yaml, /machine-types/pi/model: '4' is not allowed; allowed: a quoted text",
        "{version: 1, machine-types: {pi: {fleet: a/b/c}}} | f.yaml, /machine-types/pi/fleet: 'a/b/c' is not allowed; allowed: a Balena fleet",
        "{version: 1, machine-types: {pi: {labels: {a: true}}}} | f.yaml, /machine-types/pi/labels/a: 'true' is not allowed; allowed: a quoted text",
        "[1] | f.yaml: is not allowed; allowed: Machine types",
        "a: [ | must be YAML",
        "a: !!binary x | f.yaml: must be YAML: Input byte[] should",
        "&a [*a] | f.yaml: must be YAML: a value contains itself",
        "{version: 1, machine-types: &a {pi: *a}} | f.yaml: must be YAML: a value contains itself",
        "{a: 1, a: 2} | found duplicate key",
      })
  void saysWhereAndWhatIsAllowed(String yaml, String finding) {
    assertThat(findings(yaml)).anySatisfy(text -> assertThat(text).contains(finding));
  }

  @Test
  void findsEverythingAtOnce() {
    assertThat(
            findings("{version: 2, machine-types: {pi: {fleet: a/b/c}, PI: {labels: {a: '-'}}}}"))
        .hasSize(4)
        .anySatisfy(text -> assertThat(text).contains("PI").contains("1 to 63 lower-case letters"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"kubernetes.io/x", "k3s.io/x", "chi.edge/local_egress", "-a", "a b", "A.b/c/d"})
  void refusesLabelKeysThatAreNotOursOrNone(String key) {
    assertThat(labelled(key, "v"))
        .anySatisfy(text -> assertThat(text).contains("allowed: a Kubernetes label key"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "smarter-device-manager/configmap", "my.kubernetes.io/x", "A_b.c"})
  void takesLabelKeys(String key) {
    assertThat(labelled(key, "v")).isEmpty();
  }

  @Test
  void oneMachineTypeStandsInOneFile() {
    ConfiguredMachineTypes configured =
        new ConfiguredMachineTypes(
            Map.of("pi", new MachineType("Pi", "R", "4")),
            Set.of(),
            Set.of(),
            "other_property",
            Set.of());
    byte[] pi = "{version: 1, machine-types: {pi: {fleet: a}}}".getBytes(StandardCharsets.UTF_8);
    byte[] odd =
        "{version: 1, machine-types: {kettle: {labels: {a: b}}}}".getBytes(StandardCharsets.UTF_8);

    MachineTypeMerge composed =
        MachineTypeMerge.of(
            configured,
            List.of(
                MachineTypesFile.parse("a.yaml", pi),
                MachineTypesFile.parse("b.yaml", pi),
                MachineTypesFile.parse("c.yaml", odd)));

    assertThat(composed.findings().stream().map(MachineTypeProblem::toString))
        .containsExactlyInAnyOrder(
            "b.yaml, /machine-types/pi: stands in a.yaml too; allowed: once",
            "c.yaml, /machine-types/kettle: unknown machine type; allowed: with full-name, vendor and model",
            "c.yaml, /machine-types/kettle/labels: are found by machine_name, but doni.workers.k8s.expected-labels-index-property is 'other_property'; allowed: one of them");
  }
}
