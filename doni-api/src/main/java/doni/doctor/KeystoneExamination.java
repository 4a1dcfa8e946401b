package doni.doctor;

import doni.openstack.KeystoneBinding;
import doni.openstack.KeystoneCheckup;
import doni.worker.Checkup;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.List;
import org.springframework.core.env.Environment;

/** Logs in as the service user. */
final class KeystoneExamination {

  private KeystoneExamination() {}

  static List<Checkup> look(Environment environment, Clock clock) {
    return KeystoneCheckup.look(
        KeystoneBinding.read(environment), new SimpleMeterRegistry(), clock);
  }
}
