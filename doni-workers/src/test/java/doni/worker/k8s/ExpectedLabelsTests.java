package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import doni.machinetype.MachineType;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpectedLabelsTests {

  @Test
  void aFileStandsInForWhatIsBuiltInAndTheRestStays() {
    MachineTypes types =
        new MachineTypes(
            Map.of("coral-dev", new MachineType("Coral", "Google", "Coral")),
            Map.of("coral-dev", Map.of("tpu", "edge")),
            Map.of());

    ExpectedLabels labels =
        new ExpectedLabels.CurrentLabels(
                ExpectedLabels.parse(ExpectedLabels.CHAMELEON_DEFAULTS),
                MachineTypeCatalog.of(types))
            .current();

    assertThat(labels.of("coral-dev")).isEqualTo(Map.of("tpu", "edge"));
    assertThat(labels.of("jetson-nano")).containsEntry("nvidia-device-plugin/enabled", "true");
    assertThat(labels.keys()).contains("tpu", "nvidia-device-plugin/enabled");
  }
}
