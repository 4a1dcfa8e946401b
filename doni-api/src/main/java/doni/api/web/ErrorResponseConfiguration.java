package doni.api.web;

import java.util.List;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.core.StreamWriteFeature;

/** Makes Tomcat and Spring Security answer with the same error body as controllers. */
@Configuration(proxyBeanMethods = false)
class ErrorResponseConfiguration implements WebMvcConfigurer {

  private final IncompleteResponseFilter incomplete = new IncompleteResponseFilter();

  /** Runs last, next to Spring MVC. */
  @Bean
  FilterRegistrationBean<IncompleteResponseFilter> incompleteResponses() {
    return new FilterRegistrationBean<>(incomplete);
  }

  @Override
  public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
    resolvers.addFirst(incomplete);
  }

  /**
   * A list that fails while it is written must not be closed like a complete one: the end of an
   * HTTP/1.0 response shows no failure.
   */
  @Bean
  JsonMapperBuilderCustomizer unfinishedJsonStaysOpen() {
    return builder -> builder.disable(StreamWriteFeature.AUTO_CLOSE_CONTENT);
  }

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
