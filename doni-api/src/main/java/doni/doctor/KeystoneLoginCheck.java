package doni.doctor;

import doni.openstack.KeystoneProperties;
import doni.openstack.KeystoneSession;
import doni.worker.Finding;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import java.util.List;
import org.springframework.core.env.Environment;

/** Logs in to Keystone as the service account. */
final class KeystoneLoginCheck {

  private KeystoneLoginCheck() {}

  static List<Finding> check(Environment environment, Clock clock) {
    KeystoneProperties keystone = KeystoneProperties.read(environment);
    return keystone.authUrl() == null
        ? List.of(new Finding.Ok("doni.keystone.static-tokens is set; Keystone is not used"))
        : new KeystoneSession(keystone, new SimpleMeterRegistry(), Tracer.NOOP, clock).check();
  }
}
