package doni.api.web;

import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.security.web.firewall.RequestRejectedHandler;

/** Makes Tomcat and Spring Security answer with the same error body as controllers. */
@Configuration(proxyBeanMethods = false)
class ErrorResponseConfiguration {

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> errorValve() {
    return factory ->
        factory.addContextCustomizers(context -> {
          if (context.getParent() instanceof StandardHost host) {
            host.setErrorReportValveClass(JsonErrorValve.class.getName());
          }
        });
  }

  /** Answers for the firewall, whose default is an error page that does not exist here. */
  @Bean
  RequestRejectedHandler rejectedRequests() {
    return (request, response, rejection) ->
        StatusErrorText.write(response, HttpStatus.BAD_REQUEST.value());
  }
}
