package doni.worker.fake;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.WorkerField;
import doni.worker.WriteGate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FakeWorkerTests {

  private static final HardwareId ID = HardwareId.parse("00000000-0000-0000-0000-000000000001");

  private final FakeWorker worker = new FakeWorker();

  private static ReconcileContext attempt(boolean deleted) {
    return new ReconcileContext(
        new Hardware(
            ID, "fake", "project", "fake-hardware", Map.of(), List.of(), Generation.FIRST, deleted),
        Map.of(),
        ReconcileContext.Cause.REQUESTED);
  }

  @Test
  void reportsAResultForALiveDevice() {
    assertThat(worker.plan(attempt(false)).apply(WriteGate.OPEN))
        .isEqualTo(
            new Outcome.Synced(Map.of("fake-result", "fake-worker-prefix-" + ID), List.of()));
  }

  @Test
  void hasNothingToCleanUp() {
    assertThat(worker.plan(attempt(true)).apply(WriteGate.OPEN))
        .isEqualTo(new Outcome.Gone(List.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "private-field, true, false",
    "private-and-sensitive-field, true, true",
    "public-field, false, false",
    "public-and-sensitive-field, false, true",
    "default-field, true, false"
  })
  void hasAFieldOfEachKindOfVisibility(String name, boolean hidden, boolean masked) {
    assertThat(worker.fields())
        .filteredOn(field -> field.name().equals(name))
        .singleElement()
        .extracting(WorkerField::hidden, WorkerField::masked)
        .containsExactly(hidden, masked);
  }

  @Test
  void storesADefault() {
    assertThat(worker.fields())
        .filteredOn(field -> field.name().equals("default-field"))
        .singleElement()
        .satisfies(field -> assertThat(field.initial()).contains("default-field-value"));
  }
}
