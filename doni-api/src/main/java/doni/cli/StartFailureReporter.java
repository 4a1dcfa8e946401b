package doni.cli;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.context.config.ConfigDataException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.PropertyResolver;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.PlaceholderResolutionException;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Logs in one line why the service does not start, if the cause is its configuration or
 * environment: the key, the value and what is allowed, without secrets. All other failures are bugs
 * and keep their stack traces.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StartFailureReporter implements SpringBootExceptionReporter {

  static final String UNKNOWN_SETTING = "unknown setting; see docs/configuration.md";

  private static final Logger LOG = LoggerFactory.getLogger(StartFailureReporter.class);
  private static final int MAX_CAUSES = 50;

  /** Message of a settings record: {@code doni.a.b: ...} or {@code doni.a.b is 'x'; ...}. */
  private static final Pattern REFUSAL =
      Pattern.compile("(doni\\.[a-z][A-Za-z0-9._-]*)(?:: | is )(.+)", Pattern.DOTALL);

  private final PropertyResolver settings;

  StartFailureReporter(@Nullable ConfigurableApplicationContext context) {
    settings = context == null ? new StandardEnvironment() : context.getEnvironment();
  }

  @Override
  public boolean reportException(Throwable failure) {
    Optional<String> line = line(failure, settings);
    line.ifPresent(text -> LOG.error("cannot start: {}", text));
    return line.isPresent();
  }

  /**
   * Returns the line; empty if the failure is a bug in Doni.
   *
   * @param settings for values that the exception does not contain
   */
  static Optional<String> line(Throwable failure, PropertyResolver settings) {
    List<Throwable> outermostFirst =
        Stream.iterate(failure, e -> e != null, Throwable::getCause).limit(MAX_CAUSES).toList();
    // The innermost cause is the most specific; outer ones are Spring's.
    return outermostFirst.reversed().stream()
        .flatMap(e -> ofOne(e, settings).stream())
        .findFirst()
        .or(() -> outermostFirst.stream().flatMap(e -> cause(e, settings).stream()).findFirst())
        .map(StartFailureReporter::oneLine);
  }

  private static Optional<String> ofOne(Throwable e, PropertyResolver settings) {
    return switch (e) {
      case InvalidConfigurationPropertyValueException invalid ->
          Optional.of(SettingErrorText.refused(invalid));
      case UnboundConfigurationPropertiesException unbound -> SettingErrorText.unknown(unbound);
      case BindValidationException invalid -> SettingErrorText.violation(invalid);
      case BindException bind -> SettingErrorText.unusable(bind);
      case ConfigDataException file -> Optional.of("spring.config: " + file.getMessage());
      case MarkedYAMLException yaml -> Optional.of(SettingErrorText.badYaml(yaml));
      case PortInUseException port -> Optional.of(portInUse(port.getPort()));
      case IllegalArgumentException refusal -> refusal(refusal);
      case IllegalStateException refusal -> refusal(refusal);
      default -> DatabaseFailureText.of(e, settings);
    };
  }

  private static Optional<String> refusal(RuntimeException e) {
    return Optional.ofNullable(e.getMessage())
        .map(REFUSAL::matcher)
        .filter(matcher -> matcher.matches())
        .map(matcher -> matcher.group(1) + ": " + matcher.group(2));
  }

  /** Describes causes that matter only if no other exception of the chain is more specific. */
  private static Optional<String> cause(Throwable e, PropertyResolver settings) {
    return switch (e) {
      case PlaceholderResolutionException unresolved -> Optional.of(unresolved(unresolved));
      case java.net.BindException address -> Optional.of(cannotListen(address, settings));
      case BindException bind -> Optional.of(SettingErrorText.unreadable(bind));
      default -> Optional.empty();
    };
  }

  /** Omits the exception's message, which contains the whole value. */
  private static String unresolved(PlaceholderResolutionException e) {
    return "${" + e.getPlaceholder() + "} is used in the configuration but has no value";
  }

  private static String portInUse(int port) {
    return "server.port: '" + port + "' is in use; allowed: a port that is free";
  }

  private static String cannotListen(java.net.BindException e, PropertyResolver settings) {
    return "server.port: '%s' with server.address '%s' cannot be listened on (%s); allowed: a free port of an address of this machine"
        .formatted(
            settings.getProperty("server.port", "8080"),
            settings.getProperty("server.address", "*"),
            e.getMessage());
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
