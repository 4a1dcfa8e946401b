package doni.worker.blazar;

import doni.backend.BackendFactory;
import doni.machinetype.MachineTypeCatalog;
import doni.openstack.OpenStack;
import doni.worker.ConditionalOnWorker;
import doni.worker.DistributedLock;
import doni.worker.SharedNames;
import doni.worker.Worker;
import java.time.Clock;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/** The beans of the Blazar workers, of which a site may enable one or both. */
@Configuration(proxyBeanMethods = false)
@Conditional(BlazarConfiguration.OnBlazarWorker.class)
@EnableConfigurationProperties(BlazarProperties.class)
class BlazarConfiguration {

  @Bean
  BackendFactory<BlazarClient> httpBlazarClient(
      BlazarProperties properties, ObjectProvider<OpenStack> openStack) {
    return new BackendFactory<>("blazar", () -> open(properties, openStack.getObject()));
  }

  private static BlazarClient open(BlazarProperties properties, OpenStack openStack) {
    if (!openStack.passwordLogin()) {
      throw new IllegalArgumentException(
          "doni.keystone.application-credential-id is set; allowed with the Blazar workers:"
              + " doni.keystone.username and password, because Blazar creates a trust on every"
              + " POST, which Keystone forbids to application credentials");
    }
    return new HttpBlazarClient(openStack.service(properties.service()), openStack.projects());
  }

  @Bean
  BackendFactory<BlazarClient> inMemoryBlazarClient(Clock clock) {
    return new BackendFactory<>("in-memory", () -> new InMemoryBlazarClient(clock));
  }

  @Bean
  BlazarAccess blazarAccess(
      List<BackendFactory<BlazarClient>> backends,
      BlazarProperties properties,
      DistributedLock lock,
      Clock clock) {
    BlazarClient client =
        BackendFactory.choose("doni.workers.blazar.backend", properties.backend(), backends);
    return new BlazarAccess(client, lock, clock);
  }

  @Bean
  @ConditionalOnWorker(SharedNames.BLAZAR_DEVICE)
  Worker blazarDevice(BlazarAccess access, MachineTypeCatalog machineTypes) {
    return new BlazarWorker(ResourceKind.DEVICE, access, machineTypes);
  }

  @Bean
  @ConditionalOnWorker(SharedNames.BLAZAR_HOST)
  Worker blazarPhysicalHost(BlazarAccess access, MachineTypeCatalog machineTypes) {
    return new BlazarWorker(ResourceKind.HOST, access, machineTypes);
  }

  /** Matches where one of the workers is enabled. */
  static final class OnBlazarWorker extends AnyNestedCondition {

    OnBlazarWorker() {
      super(ConfigurationPhase.PARSE_CONFIGURATION);
    }

    @ConditionalOnWorker(SharedNames.BLAZAR_DEVICE)
    static final class OnDevices {}

    @ConditionalOnWorker(SharedNames.BLAZAR_HOST)
    static final class OnHosts {}
  }
}
