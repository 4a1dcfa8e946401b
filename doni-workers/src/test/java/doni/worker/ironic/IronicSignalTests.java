package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.DeviceSignal.SignalStatus;
import doni.worker.ironic.IronicObservedState.IronicNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a node says about whether its host responds. */
class IronicSignalTests {

  private static final String UUID = "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f";

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      delimiter = '|',
      textBlock =
          """
          available    | power on  | false | -             | RESPONDS        | its BMC responds
          available    | power off | false | -             | RESPONDS        | its BMC responds
          active       | power on  | false | -             | RESPONDS        | its BMC responds
          enroll       | -         | false | -             | NEVER_RESPONDED | Ironic has not reached its BMC yet
          available    | power on  | true  | -             | IMPAIRED        | its node in Ironic is in maintenance
          available    | power on  | true  | power failure | SILENT          | Ironic does not reach its BMC
          available    | -         | true  | power failure | SILENT          | Ironic does not reach its BMC
          clean failed | power on  | false | -             | IMPAIRED        | its node in Ironic is in state 'clean failed'
          """)
  void judgesByPowerAndMaintenance(
      String state,
      @Nullable String power,
      boolean maintenance,
      @Nullable String fault,
      SignalStatus status,
      String reason) {
    IronicNode node =
        new IronicNode(
            UUID,
            "host",
            "ipmi",
            null,
            Map.of(),
            Map.of(),
            state,
            null,
            null,
            maintenance,
            null,
            fault,
            power,
            null);

    assertThat(node.signal())
        .singleElement()
        .satisfies(signal -> {
          assertThat(signal.device()).isEqualTo(UUID);
          assertThat(signal.status()).isEqualTo(status);
          assertThat(signal.reason()).isEqualTo(reason);
        });
  }
}
