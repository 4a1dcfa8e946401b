package doni.worker.blazar;

import doni.machinetype.MachineTypeCatalog;
import doni.worker.ConditionalOnWorker;
import doni.worker.Worker;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Wires the Blazar workers. */
@Configuration(proxyBeanMethods = false)
class BlazarConfiguration {

  /** The worker for devices. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWorker(DeviceWorker.TYPE)
  @Import(BlazarBackends.class)
  static class Devices {

    @Bean
    Worker blazarDevice(Site site, MachineTypeCatalog machineTypes) {
      return new DeviceWorker(site, machineTypes);
    }
  }

  /** The worker for bare-metal hosts. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWorker(HostWorker.TYPE)
  @Import(BlazarBackends.class)
  static class Hosts {

    @Bean
    Worker blazarPhysicalHost(Site site) {
      return new HostWorker(site);
    }
  }
}
