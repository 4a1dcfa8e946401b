package doni.doctor;

import doni.doctor.DoctorRunner.FailureText;
import doni.policy.AccessPolicy;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;

/** The doctor of the running service. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
class SiteCheckConfiguration {

  @Bean
  SiteCheckService siteCheckService(
      AccessPolicy policy,
      ConfigurableEnvironment environment,
      FailureText failureText,
      Clock clock) {
    DoctorRunner doctor = new DoctorRunner(environment, failureText, SiteCheckService.TIME_LIMIT);
    // The service does not start with settings that it does not know.
    return new SiteCheckService(policy, () -> doctor.examine(List.of()), clock);
  }
}
