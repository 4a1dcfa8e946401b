package doni.cli;

import java.net.InetAddress;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Texts for one setting: its key, its value unless it is a secret, and what is allowed. */
final class SettingErrorText {

  private static final int MAX_VALUE_LENGTH = 200;

  /** Recognizes secrets by the last word of the key, so that a token's lifetime can be shown. */
  private static final Pattern SECRET =
      Pattern.compile(
          "doni\\.secrets\\..*|doni\\.keystone\\.static-tokens\\..*"
              + "|(.*[.-])?(pass|password|passphrase|secret|token|key|credentials?)");

  /** Spring's message for a value that it reads without a record. */
  private static final Pattern CONVERSION = Pattern.compile("Failed to convert to type (\\S+)");

  private SettingErrorText() {}

  static String of(String key, @Nullable Object value, @Nullable String reason) {
    return key + ": " + quoted(key, value) + (reason == null ? "is not allowed" : reason);
  }

  static String refused(InvalidConfigurationPropertyValueException invalid) {
    String reason = invalid.getReason() == null ? "is not allowed" : invalid.getReason();
    Matcher conversion = CONVERSION.matcher(reason);
    return of(
        invalid.getName(),
        invalid.getValue(),
        conversion.matches()
            ? unusable(ClassUtils.resolveClassName(conversion.group(1), null))
            : reason);
  }

  static Optional<String> unknown(UnboundConfigurationPropertiesException unbound) {
    return unbound.getUnboundProperties().stream()
        .findFirst()
        .map(property -> property.getName() + ": " + StartFailureReporter.UNKNOWN_SETTING);
  }

  static Optional<String> violation(BindValidationException invalid) {
    ConfigurationPropertyName prefix = invalid.getValidationErrors().getName();
    return invalid.getValidationErrors().getAllErrors().stream()
        .findFirst()
        .map(error -> violation(prefix, error));
  }

  private static String violation(ConfigurationPropertyName prefix, ObjectError error) {
    return error instanceof FieldError field
        ? of(
            prefix + "." + kebab(field.getField()),
            field.getRejectedValue(),
            field.getDefaultMessage())
        : of(prefix.toString(), null, error.getDefaultMessage());
  }

  /** Returns the text; empty if no value is set, because then the value is not the cause. */
  static Optional<String> unusable(BindException bind) {
    return Optional.ofNullable(bind.getProperty())
        .map(property ->
            of(
                bind.getName().toString(),
                property.getValue(),
                unusable(bind.getTarget().getType().resolve(Object.class))));
  }

  /**
   * Returns the text for settings whose record refuses them with a message that does not begin with
   * their key; the message may contain any of their values, so it is not repeated.
   */
  static String unreadable(BindException bind) {
    return bind.getName() + ": has a value that is not allowed; see docs/configuration.md";
  }

  private static String unusable(Class<?> type) {
    return "is invalid; allowed: " + allowed(type);
  }

  /**
   * Gives the position only; the exception's message quotes lines, which may contain a password.
   */
  static String badYaml(MarkedYAMLException yaml) {
    Mark mark = yaml.getProblemMark();
    return "application.yml: invalid YAML"
        + (mark == null
            ? ""
            : ", line %d, column %d".formatted(mark.getLine() + 1, mark.getColumn() + 1));
  }

  private static String allowed(Class<?> type) {
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(constant -> constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
          .collect(Collectors.joining(", "));
    }
    if (type == Duration.class) {
      return "a duration such as 250ms, 30s, 5m or 1h";
    }
    if (type == DataSize.class) {
      return "a size such as 512KB or 16MB";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type == InetAddress.class) {
      return "an address or host name of this machine";
    }
    if (type == Path.class || type == Charset.class) {
      return "a " + type.getSimpleName().toLowerCase(Locale.ROOT);
    }
    return isNumber(type) ? "a whole number" : "a value of type " + type.getSimpleName();
  }

  private static boolean isNumber(Class<?> type) {
    return Number.class.isAssignableFrom(type)
        || type == int.class
        || type == long.class
        || type == short.class;
  }

  private static String quoted(String key, @Nullable Object value) {
    if (value == null || SECRET.matcher(key).matches()) {
      return value == null ? "" : "the value ";
    }
    String text = value.toString();
    return text.length() > MAX_VALUE_LENGTH
        ? "'" + text.substring(0, MAX_VALUE_LENGTH) + "...' "
        : "'" + text + "' ";
  }

  private static String kebab(String field) {
    return field.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }
}
