package doni.worker.balena;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.HardwareId;
import doni.worker.DeviceSignal;
import doni.worker.DeviceSignal.SignalStatus;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What Balena says about whether a device responds. */
class BalenaSignalTests {

  private static final HardwareId ID = HardwareId.parse("0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f");
  private static final Instant LAST = Instant.parse("2031-03-04T12:00:00Z");

  @Test
  void aConnectedDeviceResponds() {
    assertThat(device(BalenaDesiredState.uuid(ID), true, LAST).signal())
        .containsExactly(
            DeviceSignal.of(ID, SignalStatus.RESPONDS, "it is connected to Balena", null));
  }

  @Test
  void aDisconnectedDeviceIsSilentSinceItsLastConnection() {
    assertThat(device(BalenaDesiredState.uuid(ID), false, LAST).signal())
        .containsExactly(
            DeviceSignal.of(ID, SignalStatus.SILENT, "it is not connected to Balena", LAST));
  }

  @Test
  void aDeviceThatNeverConnectedHasNotResponded() {
    assertThat(device(BalenaDesiredState.uuid(ID), false, null).signal())
        .containsExactly(
            DeviceSignal.of(
                ID, SignalStatus.NEVER_RESPONDED, "it has never connected to Balena", null));
  }

  @Test
  void aDeviceOfAnotherClientSaysNothing() {
    assertThat(device("not-a-uuid", true, LAST).signal()).isEmpty();
  }

  private static FleetDevice device(String uuid, boolean online, @Nullable Instant last) {
    return new FleetDevice(
        1,
        uuid,
        "edge-01",
        1,
        "admin/edge",
        1,
        "raspberrypi4-64",
        online,
        last,
        List.of(),
        List.of());
  }
}
