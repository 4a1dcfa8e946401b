package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.DeviceSignal.SignalStatus;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What Blazar says about whether a device is in order. */
class BlazarSignalTests {

  private static final String UUID = "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f";

  @Test
  void aDeviceThatCannotBeReservedIsImpaired() {
    assertThat(resource("edge-01", false, Map.of("uid", UUID)).signal(ResourceKind.DEVICE))
        .singleElement()
        .satisfies(signal -> {
          assertThat(signal.device()).isEqualTo(UUID);
          assertThat(signal.status()).isEqualTo(SignalStatus.IMPAIRED);
          assertThat(signal.reason()).isEqualTo("Blazar does not offer it (reservable is false)");
        });
  }

  @Test
  void aReservableHostIsKnownByItsName() {
    assertThat(resource(UUID, true, Map.of()).signal(ResourceKind.HOST))
        .singleElement()
        .satisfies(signal -> {
          assertThat(signal.device()).isEqualTo(UUID);
          assertThat(signal.status()).isEqualTo(SignalStatus.RESPONDS);
        });
  }

  @Test
  void aResourceOfAnotherClientSaysNothing() {
    assertThat(resource("foreign", true, Map.of()).signal(ResourceKind.DEVICE)).isEmpty();
  }

  private static BlazarResource resource(
      String name, boolean reservable, Map<String, String> properties) {
    return new BlazarResource("1", name, reservable, null, properties);
  }
}
