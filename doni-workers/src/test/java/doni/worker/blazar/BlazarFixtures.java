package doni.worker.blazar;

import doni.convergence.HardwareFixture;
import doni.enrollment.ReservationWindow;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Hardware as the tests of the Blazar workers enroll it. */
final class BlazarFixtures {

  private static final AtomicInteger COUNT = new AtomicInteger();

  private BlazarFixtures() {}

  /** Returns a device that has joined the cluster. */
  static HardwareFixture aDevice() {
    return joined(
        HardwareFixture.anEnrolledDevice()
            .named("Edge-" + COUNT.incrementAndGet())
            .withProperty("blazar_device_driver", "k8s"));
  }

  /** Makes the k8s worker report the Node of the device's present name. */
  static HardwareFixture joined(HardwareFixture device) {
    return device.withDependency(
        "k8s", Map.of("node_uid", "n1", "node_name", node(device), "node_generation", 1));
  }

  /** Returns a host that Ironic knows. */
  static HardwareFixture aHost() {
    return HardwareFixture.anEnrolledHost()
        .named("Edge-" + COUNT.incrementAndGet())
        .withProperty("cpu_arch", "x86_64")
        .withDependency("ironic", Map.of("provision_state", "available"));
  }

  /** Adds a window to the enrollment. */
  static ReservationWindow available(HardwareFixture hardware, Instant start, Instant end) {
    ReservationWindow window = new ReservationWindow(UUID.randomUUID(), start, end);
    hardware.withWindow(window);
    return window;
  }

  /** Changes the time of a window of the enrollment. */
  static ReservationWindow changed(
      HardwareFixture hardware, ReservationWindow window, Instant start, Instant end) {
    ReservationWindow changed = new ReservationWindow(window.uuid(), start, end);
    hardware.withWindow(changed);
    return changed;
  }

  static String uid(HardwareFixture hardware) {
    return hardware.id().toString();
  }

  /** Returns the name under which Blazar knows the device's node. */
  static String node(HardwareFixture device) {
    return device.name().toLowerCase(Locale.ROOT);
  }
}
