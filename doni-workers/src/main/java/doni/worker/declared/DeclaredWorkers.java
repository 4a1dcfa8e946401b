package doni.worker.declared;

import doni.worker.ConditionalOnWorker;
import doni.worker.Worker;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tunelo, as the clients of v1 know it: a worker without properties of its own. */
@Configuration(proxyBeanMethods = false)
class DeclaredWorkers {

  @Bean
  @ConditionalOnWorker("tunelo")
  Worker tunelo() {
    return new DeclaredWorker("tunelo", List.of());
  }
}
