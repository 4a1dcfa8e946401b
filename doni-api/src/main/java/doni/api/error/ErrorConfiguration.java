package doni.api.error;

import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.security.web.firewall.RequestRejectedHandler;

/** Has Tomcat and Spring Security answer as everything else does. */
@Configuration(proxyBeanMethods = false)
class ErrorConfiguration {

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> errorValve() {
    return factory ->
        factory.addContextCustomizers(context -> {
          if (context.getParent() instanceof StandardHost host) {
            host.setErrorReportValveClass(ErrorValve.class.getName());
          }
        });
  }

  /** The firewall's answer; its own would go through an error page, which there is none of. */
  @Bean
  RequestRejectedHandler rejectedRequests() {
    return (request, response, rejection) ->
        ErrorText.write(response, HttpStatus.BAD_REQUEST.value());
  }
}
