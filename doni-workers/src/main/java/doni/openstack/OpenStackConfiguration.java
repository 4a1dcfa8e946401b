package doni.openstack;

import doni.worker.ConditionalOnWorker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Wires OpenStack where a worker is enabled that needs it. */
@Configuration(proxyBeanMethods = false)
@Conditional(OpenStackConfiguration.OnAWorkerThatNeedsIt.class)
class OpenStackConfiguration {

  @Bean
  OpenStack openStack(
      Environment environment, MeterRegistry meters, ObjectProvider<Tracer> tracer, Clock clock) {
    return new KeystoneOpenStack(
        KeystoneBinding.read(environment), meters, tracer.getIfAvailable(() -> Tracer.NOOP), clock);
  }

  static final class OnAWorkerThatNeedsIt extends AnyNestedCondition {

    OnAWorkerThatNeedsIt() {
      super(ConfigurationPhase.PARSE_CONFIGURATION);
    }

    @ConditionalOnWorker("tunelo")
    static final class Tunelo {}

    @ConditionalOnWorker("blazar.device")
    static final class BlazarDevice {}

    @ConditionalOnWorker("blazar.physical_host")
    static final class BlazarPhysicalHost {}

    @ConditionalOnWorker("ironic")
    static final class Ironic {}
  }
}
