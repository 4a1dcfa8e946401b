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
 * Says in one line why the service does not start, where that is a matter of configuration or of
 * the place it runs in: the key, the value and what is allowed, without a secret. Everything else
 * is a defect, and keeps its stack trace.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StartFailure implements SpringBootExceptionReporter {

  static final String NO_SETTING = "is not a setting of Doni; its README lists those there are";

  private static final Logger log = LoggerFactory.getLogger(StartFailure.class);
  private static final int LONGEST_CHAIN = 50;

  /** How a record of settings refuses: {@code doni.a.b: ...} or {@code doni.a.b is 'x'; ...}. */
  private static final Pattern REFUSAL =
      Pattern.compile("(doni\\.[a-z][A-Za-z0-9._-]*)(?:: | is )(.+)", Pattern.DOTALL);

  private final PropertyResolver settings;

  StartFailure(@Nullable ConfigurableApplicationContext context) {
    settings = context == null ? new StandardEnvironment() : context.getEnvironment();
  }

  @Override
  public boolean reportException(Throwable failure) {
    Optional<String> line = line(failure, settings);
    line.ifPresent(text -> log.error("cannot start: {}", text));
    return line.isPresent();
  }

  /**
   * The line, if the failure is somebody's mistake outside our code.
   *
   * @param settings to tell the value of a key which the failure does not know
   */
  static Optional<String> line(Throwable failure, PropertyResolver settings) {
    List<Throwable> outermostFirst =
        Stream.iterate(failure, e -> e != null, Throwable::getCause).limit(LONGEST_CHAIN).toList();
    // The innermost says most, and what stands around it is Spring's.
    return outermostFirst.reversed().stream()
        .flatMap(e -> ofOne(e, settings).stream())
        .findFirst()
        .or(() -> outermostFirst.stream().flatMap(e -> cause(e, settings).stream()).findFirst())
        .map(StartFailure::oneLine);
  }

  private static Optional<String> ofOne(Throwable e, PropertyResolver settings) {
    return switch (e) {
      case InvalidConfigurationPropertyValueException invalid ->
          Optional.of(SettingText.refused(invalid));
      case UnboundConfigurationPropertiesException unbound -> SettingText.unknown(unbound);
      case BindValidationException invalid -> SettingText.violation(invalid);
      case BindException bind -> SettingText.unusable(bind);
      case ConfigDataException file -> Optional.of("spring.config: " + file.getMessage());
      case MarkedYAMLException yaml -> Optional.of(SettingText.badYaml(yaml));
      case PortInUseException port -> Optional.of(portInUse(port.getPort()));
      case IllegalArgumentException refusal -> refusal(refusal);
      case IllegalStateException refusal -> refusal(refusal);
      default -> DatabaseText.of(e, settings);
    };
  }

  private static Optional<String> refusal(RuntimeException e) {
    return Optional.ofNullable(e.getMessage())
        .map(REFUSAL::matcher)
        .filter(matcher -> matcher.matches())
        .map(matcher -> matcher.group(1) + ": " + matcher.group(2));
  }

  /** What counts only where nothing around it knows more. */
  private static Optional<String> cause(Throwable e, PropertyResolver settings) {
    return switch (e) {
      case PlaceholderResolutionException unresolved -> Optional.of(unresolved(unresolved));
      case java.net.BindException address -> Optional.of(cannotListen(address, settings));
      default -> Optional.empty();
    };
  }

  /** Its own text holds the value around the placeholder. */
  private static String unresolved(PlaceholderResolutionException e) {
    return "${" + e.getPlaceholder() + "} is used in the configuration and has no value";
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
