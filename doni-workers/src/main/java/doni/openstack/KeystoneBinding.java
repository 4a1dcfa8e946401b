package doni.openstack;

import doni.enrollment.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;

/**
 * Reads {@code doni.keystone}, strictly. Spring's failure report shows the value, which may be a
 * password under a misspelled key, and the key, which may be a static token. This class reports a
 * failure in one line, without either.
 */
final class KeystoneBinding {

  private static final ConfigurationPropertyName PREFIX =
      ConfigurationPropertyName.of("doni.keystone");
  private static final ConfigurationPropertyName STATIC_TOKENS = PREFIX.append("static-tokens");

  private static final Set<String> INTERFACES = Set.of("public", "internal", "admin");

  private KeystoneBinding() {}

  /**
   * Reads and checks the settings.
   *
   * @throws InvalidConfigurationPropertyValueException if one is wrong; the message has no value
   */
  public static KeystoneProperties read(Environment environment) {
    KeystoneProperties properties;
    try {
      BindHandler strict =
          new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter());
      properties =
          Binder.get(environment, strict).bindOrCreate(PREFIX.toString(), KeystoneProperties.class);
    } catch (BindException e) {
      throw invalid(PREFIX.toString(), reason(e));
    }
    check(properties);
    return properties;
  }

  private static void check(KeystoneProperties properties) {
    boolean isStatic = !properties.staticTokens().isEmpty();
    URI url = properties.authUrl();
    if (url == null) {
      if (!isStatic) {
        throw invalid(key("auth-url"), "must be set, unless doni.keystone.static-tokens is set");
      }
      checkTokens(properties);
      return;
    }
    if (isStatic) {
      throw invalid(key("auth-url"), "must not be set together with doni.keystone.static-tokens");
    }
    if (url.getHost() == null
        || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
      throw invalid(key("auth-url"), "must be an http or https URL");
    }
    checkLogin(properties);
    if (!INTERFACES.contains(properties.endpointInterface())) {
      throw invalid(key("interface"), "must be one of public, internal, admin");
    }
    demandPositive("connect-timeout", properties.connectTimeout());
    demandPositive("read-timeout", properties.readTimeout());
    if (properties.tokenCacheTtl().isNegative()) {
      throw invalid(key("token-cache-ttl"), "must not be negative");
    }
  }

  private static void checkLogin(KeystoneProperties properties) {
    boolean withPassword = isSet(properties.serviceUser()) || isSet(properties.password());
    boolean withCredential =
        isSet(properties.applicationCredentialId())
            || isSet(properties.applicationCredentialSecret());
    if (withPassword && withCredential) {
      throw invalid(
          key("application-credential-id"),
          "must not be set together with doni.keystone.username or .password; the service logs in"
              + " with either a password or an application credential");
    }
    if (withCredential) {
      demand("application-credential-id", isSet(properties.applicationCredentialId()));
      demand("application-credential-secret", isSet(properties.applicationCredentialSecret()));
    } else {
      demand("username", isSet(properties.serviceUser()));
      demand("password", isSet(properties.password()));
    }
  }

  private static boolean isSet(@Nullable String text) {
    return text != null && !text.isBlank();
  }

  private static boolean isSet(@Nullable Secret secret) {
    return secret != null && isSet(secret.value());
  }

  private static void checkTokens(KeystoneProperties properties) {
    properties
        .staticTokens()
        .forEach((token, meaning) -> {
          if (!KeystoneSession.isPlausible(token)) {
            throw invalid(
                STATIC_TOKENS.toString(),
                "a static token contains characters that are not valid in a Keystone token");
          }
          if (meaning.userId().isBlank() || meaning.projectId().isBlank()) {
            throw invalid(
                STATIC_TOKENS.toString(), "each static token must have a user-id and a project-id");
          }
        });
  }

  private static void demand(String name, boolean set) {
    if (!set) {
      throw invalid(
          key(name),
          "must be set together with doni.keystone.auth-url: either username and password, or"
              + " application-credential-id and application-credential-secret");
    }
  }

  private static void demandPositive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw invalid(key(name), "must be longer than 0");
    }
  }

  private static String reason(BindException failure) {
    if (failure.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
      return unbound.getUnboundProperties().stream()
          .map(ConfigurationProperty::getName)
          .map(KeystoneBinding::shown)
          .distinct()
          .collect(Collectors.joining(", ", "unknown key: ", ""));
    }
    String name = shown(failure.getName());
    return name + " must be of type " + failure.getTarget().getType().toClass().getSimpleName();
  }

  /** Returns a key for a message: a static token is part of its key, and is left out. */
  private static String shown(ConfigurationPropertyName name) {
    if (!STATIC_TOKENS.isAncestorOf(name)) {
      return name.toString();
    }
    int known = STATIC_TOKENS.getNumberOfElements() + 1;
    String rest = name.getNumberOfElements() > known ? "." + name.subName(known) : "";
    return STATIC_TOKENS + ".<token>" + rest;
  }

  private static String key(String name) {
    return PREFIX.append(name).toString();
  }

  private static InvalidConfigurationPropertyValueException invalid(String name, String reason) {
    return new InvalidConfigurationPropertyValueException(name, null, reason);
  }
}
