package doni.openstack;

import doni.worker.ConditionalOnWorker;
import doni.worker.SharedNames;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/** Wires Keystone for everything that needs it, and OpenStack if an enabled worker needs it. */
@Configuration(proxyBeanMethods = false)
public class OpenStackConfiguration {

  @Bean
  @Lazy
  KeystoneProperties keystoneProperties(Environment environment) {
    return KeystoneBinding.read(environment);
  }

  /** Not to be created where {@code doni.keystone.auth-url} is not set. */
  @Bean
  @Lazy
  KeystoneSession keystoneSession(
      KeystoneProperties keystone,
      MeterRegistry meters,
      ObjectProvider<Tracer> tracer,
      Clock clock) {
    return new KeystoneSession(keystone, meters, tracer.getIfAvailable(() -> Tracer.NOOP), clock);
  }

  @Bean
  @Conditional(OnWorkerWithOpenStack.class)
  OpenStack openStack(
      KeystoneProperties keystone,
      ObjectProvider<KeystoneSession> session,
      MeterRegistry meters,
      ObjectProvider<Tracer> tracer,
      Clock clock) {
    return keystone.authUrl() == null
        ? new KeystoneOpenStack.NotConfigured()
        : new KeystoneOpenStack(
            keystone, session.getObject(), meters, tracer.getIfAvailable(() -> Tracer.NOOP), clock);
  }

  static final class OnWorkerWithOpenStack extends AnyNestedCondition {

    OnWorkerWithOpenStack() {
      super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnWorker("tunelo")
    static final class Tunelo {}

    @ConditionalOnWorker(SharedNames.BLAZAR_DEVICE)
    static final class BlazarDevice {}

    @ConditionalOnWorker(SharedNames.BLAZAR_HOST)
    static final class BlazarPhysicalHost {}

    @ConditionalOnWorker(SharedNames.IRONIC)
    static final class Ironic {}
  }
}
