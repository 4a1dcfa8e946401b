package doni.cli;

import doni.doctor.DoctorRunner.FailureText;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the service needs of the commands: their way to name a wrong setting. */
@Configuration(proxyBeanMethods = false)
class FailureTextConfiguration {

  @Bean
  FailureText failureText() {
    return StartFailureReporter::line;
  }
}
