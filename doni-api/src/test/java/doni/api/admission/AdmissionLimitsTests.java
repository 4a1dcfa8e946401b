package doni.api.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import doni.api.web.StreamPlaces;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdmissionLimitsTests {

  private static final long MIB = 1024 * 1024;
  private static final AdmissionProperties DERIVED = new AdmissionProperties(0, 0, 0, 0, 0);

  @ParameterizedTest
  @CsvSource({
    "16, 128, 16, 1, 8, 1",
    "256, 1024, 32, 2, 16, 1",
    "512, 2048, 64, 4, 32, 2",
    "65536, 8192, 256, 16, 128, 8",
  })
  void fitInTheHeap(
      long heapMib,
      int connections,
      int requests,
      int imports,
      int requestsPerProject,
      int importsPerProject) {
    assertThat(AdmissionLimits.of(DERIVED, heapMib * MIB))
        .isEqualTo(
            new AdmissionLimits(
                connections, requests, imports, requestsPerProject, importsPerProject));
  }

  /** So that no stream keeps others from a connection. */
  @ParameterizedTest
  @CsvSource({
    "4, 1, 1, 2, 1",
    "128, 8, 2, 64, 32",
    "1024, 64, 16, 512, 256",
    "8192, 64, 16, 512, 256",
  })
  void streamsLeaveConnectionsToOthers(
      int connections, int events, int eventsOfProject, int pages, int pagesOfProject) {
    AdmissionLimits limits =
        AdmissionLimits.of(new AdmissionProperties(connections, 0, 0, 0, 0), 256 * MIB);

    assertThat(taken(limits.eventStreams(), "a")).isEqualTo(eventsOfProject);
    assertThat(taken(limits.pageStreams(), "a")).isEqualTo(pagesOfProject);
    assertThat(all(limits.eventStreams())).isEqualTo(events);
    assertThat(all(limits.pageStreams())).isEqualTo(pages);
  }

  private static int all(StreamPlaces places) {
    return IntStream.range(0, 10).map(i -> taken(places, "project " + i)).sum();
  }

  private static int taken(StreamPlaces places, String project) {
    int taken = 0;
    while (places.acquire(project)) {
      taken++;
    }
    return taken;
  }

  @Test
  void areTakenFromTheConfiguration() {
    assertThat(AdmissionLimits.of(new AdmissionProperties(7, 5, 3, 4, 9), 256 * MIB))
        .isEqualTo(new AdmissionLimits(7, 5, 3, 4, 9));
  }

  @Test
  void refuseWhatCannotBeALimit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdmissionProperties(0, -1, 0, 0, 0))
        .withMessage("doni.limits.requests is '-1'; allowed: 0 (derived) to 65536");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdmissionProperties(65_537, 0, 0, 0, 0))
        .withMessageStartingWith("doni.limits.connections is '65537'; allowed: ");
  }
}
