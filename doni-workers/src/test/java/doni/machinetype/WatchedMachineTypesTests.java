package doni.machinetype;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.machinetype.MachineTypesHealth.MachineTypeProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedMachineTypesTests {

  private static final MachineType PI = new MachineType("Pi 4", "Raspberry Pi", "4B");

  @TempDir private Path directory;

  private static ConfiguredMachineTypes configured() {
    return new ConfiguredMachineTypes(
        Map.of("pi", PI, "own", PI),
        Set.of("own"),
        Set.of("own"),
        MachineTypes.PROPERTY,
        Set.of("own"));
  }

  private WatchedMachineTypes watched() throws UnusableMachineTypesException {
    return new WatchedMachineTypes(
        new MachineTypesDirectory(directory), configured(), Clock.systemUTC());
  }

  private void file(String name, String content) throws IOException {
    Files.writeString(directory.resolve(name), content);
  }

  private static String toaster(int model) {
    return """
    version: 1
    hardware-type: device.balena
    machine-types:
      toaster:
        full-name: Toaster %1$d
        vendor: ACME
        model: "%1$d"
        labels: { generation: "%1$d" }
        fleet: acme/toaster-%1$d
    """
        .formatted(model);
  }

  @Test
  void addsWhatAFileSaysToTheConfiguration() throws Exception {
    file("toaster.yaml", toaster(9));

    MachineTypes types = watched().current();

    assertThat(types.byName())
        .containsOnlyKeys("pi", "own", "toaster")
        .containsEntry("toaster", new MachineType("Toaster 9", "ACME", "9"));
    assertThat(types.labels()).isEqualTo(Map.of("toaster", Map.of("generation", "9")));
    assertThat(types.fleets()).isEqualTo(Map.of("toaster", "acme/toaster-9"));
  }

  @Test
  void aFileMayAddLabelsToAMachineTypeThatIsConfigured() throws Exception {
    file("pi.yml", "version: 1\nmachine-types: {pi: {labels: {rack: ''}}}");

    MachineTypes types = watched().current();

    assertThat(types.byName()).containsEntry("pi", PI);
    assertThat(types.labels()).isEqualTo(Map.of("pi", Map.of("rack", "")));
  }

  @Test
  void leavesHiddenFilesAndOtherKindsAlone() throws Exception {
    file(".hidden.yaml", "no: [");
    file("readme.md", "no: [");
    Files.createDirectory(directory.resolve("deeper.yaml"));

    assertThat(watched().current().byName()).containsOnlyKeys("pi", "own");
  }

  @Test
  void takesUpANewFileAndTellsWhatChanged() throws Exception {
    WatchedMachineTypes watched = watched();
    List<Set<String>> told = new ArrayList<>();
    watched.onChange((before, after) ->
        told.add(MachineTypeDifferences.between(before.labels(), after.labels())));

    file("toaster.yaml", toaster(9));
    watched.look();
    file("toaster.yaml", toaster(8));
    watched.look();
    watched.look();

    assertThat(watched.current().byName().get("toaster"))
        .isEqualTo(new MachineType("Toaster 8", "ACME", "8"));
    assertThat(told).isEqualTo(List.of(Set.of("toaster"), Set.of("toaster")));
  }

  @Test
  void keepsTheLastGoodMachineTypesWhileAFileIsBroken() throws Exception {
    file("toaster.yaml", toaster(9));
    WatchedMachineTypes watched = watched();
    MachineTypes before = watched.current();

    file("broken.yaml", "version: 1\nmachine-types: {kettle: {vendor: ACME}}");
    watched.look();

    assertThat(watched.current()).isSameAs(before);
    assertThat(watched.findings())
        .isNotEmpty()
        .allSatisfy(finding -> assertThat(finding.file()).isEqualTo("broken.yaml"));

    Files.delete(directory.resolve("broken.yaml"));
    watched.look();

    assertThat(watched.findings()).isEmpty();
    assertThat(watched.current()).isEqualTo(before);
  }

  @Test
  void keepsThemWhileTheDirectoryIsAway() throws Exception {
    file("toaster.yaml", toaster(9));
    WatchedMachineTypes watched = watched();

    Files.delete(directory.resolve("toaster.yaml"));
    Files.delete(directory);
    watched.look();

    assertThat(watched.current().byName()).containsKey("toaster");
    assertThat(watched.findings())
        .singleElement()
        .extracting(MachineTypeProblem::problem)
        .isEqualTo("does not exist");
  }

  @Test
  void oneListenerThatFailsDoesNotKeepTheOthersInTheDark() throws Exception {
    WatchedMachineTypes watched = watched();
    AtomicBoolean told = new AtomicBoolean();
    watched.onChange((_, _) -> {
      throw new IllegalStateException("a defect");
    });
    watched.onChange((_, _) -> told.set(true));

    file("toaster.yaml", toaster(9));
    watched.look();

    assertThat(told).isTrue();
  }

  @Test
  void doesNotStartWithAFileThatContradictsTheConfiguration() throws Exception {
    file(
        "own.yaml",
        """
        version: 1
        machine-types:
          own: { full-name: Own, vendor: ACME, model: "1", labels: { a: b }, fleet: own }
        """);

    assertThatThrownBy(this::watched)
        .isInstanceOf(UnusableMachineTypesException.class)
        .hasMessage(
            "own.yaml, /machine-types/own/full-name: is configured as doni.machine-types.own too;"
                + " allowed: one of them (and 2 more: ./doni types lint lists all)");
  }

  /**
   * Labels, fleet and texts come from one file: a reader never sees some of one and some of
   * another.
   */
  @Test
  void readersSeeOneStateOrTheOtherAndNothingBetween() throws Exception {
    file("toaster.yaml", toaster(0));
    WatchedMachineTypes watched = watched();
    AtomicBoolean done = new AtomicBoolean();
    List<Future<Long>> readers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        readers.add(threads.submit(() -> torn(watched, done)));
      }
      for (int i = 1; i <= 200; i++) {
        file("toaster.yaml", toaster(i));
        watched.look();
      }
      done.set(true);
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).isZero();
      }
    }

    assertThat(watched.current().fleets()).isEqualTo(Map.of("toaster", "acme/toaster-200"));
  }

  private static long torn(WatchedMachineTypes watched, AtomicBoolean done) {
    long torn = 0;
    while (!done.get()) {
      MachineTypes types = watched.current();
      String model = Objects.requireNonNull(types.byName().get("toaster")).model();
      boolean whole =
          types.labels().equals(Map.of("toaster", Map.of("generation", model)))
              && types.fleets().equals(Map.of("toaster", "acme/toaster-" + model));
      torn += whole ? 0 : 1;
      Thread.onSpinWait();
    }
    return torn;
  }
}
