package doni.api.tracing;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.http.server.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.observation.ServerRequestObservationContext;

/** Adds the request ID to the span of a request, so that spans of its attempts can be found. */
@Configuration(proxyBeanMethods = false)
@Conditional(RequestTracingConfiguration.TracingEnabled.class)
class RequestTracingConfiguration {

  @Bean
  DefaultServerRequestObservationConvention requestIdConvention() {
    return new RequestIdConvention();
  }

  private static final class RequestIdConvention extends DefaultServerRequestObservationConvention {
    @Override
    public KeyValues getHighCardinalityKeyValues(ServerRequestObservationContext context) {
      KeyValues values = super.getHighCardinalityKeyValues(context);
      @Nullable String id =
          context.getResponse() == null
              ? null
              : context.getResponse().getHeader("OpenStack-Request-Id");
      return id == null ? values : values.and(KeyValue.of("request_id", id));
    }
  }

  static final class TracingEnabled implements Condition {
    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
      return TracingAutoConfigurationFilter.isOn(context.getEnvironment());
    }
  }
}
