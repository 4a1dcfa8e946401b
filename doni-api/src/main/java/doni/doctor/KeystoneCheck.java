package doni.doctor;

import doni.openstack.KeystoneBinding;
import doni.openstack.KeystoneDiagnostics;
import doni.worker.Finding;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.List;
import org.springframework.core.env.Environment;

/** Logs in as the service user. */
final class KeystoneCheck {

  private KeystoneCheck() {}

  static List<Finding> look(Environment environment, Clock clock) {
    return KeystoneDiagnostics.look(
        KeystoneBinding.read(environment), new SimpleMeterRegistry(), clock);
  }
}
