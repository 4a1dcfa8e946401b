package doni.api.tracing;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Disables tracing unless {@value #ENDPOINT} is set: without it, no OpenTelemetry class is loaded,
 * so tracing costs neither time nor memory.
 */
final class TracingAutoConfigurationFilter
    implements AutoConfigurationImportFilter, EnvironmentAware {

  static final String ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";

  private boolean on;

  @Override
  public void setEnvironment(Environment environment) {
    on = isOn(environment);
  }

  static boolean isOn(Environment environment) {
    return !environment.getProperty(ENDPOINT, "").isBlank();
  }

  @Override
  public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata metadata) {
    boolean[] wanted = new boolean[classes.length];
    for (int i = 0; i < classes.length; i++) {
      String name = classes[i];
      wanted[i] = on || name == null || !traces(name);
    }
    return wanted;
  }

  private static boolean traces(String name) {
    return name.startsWith("org.springframework.boot.micrometer.tracing.")
        || name.startsWith("org.springframework.boot.opentelemetry.");
  }
}
