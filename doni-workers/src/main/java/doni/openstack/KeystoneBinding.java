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
 * Reads {@code doni.keystone}, strictly. Spring's own report of a failure shows the value, which
 * may be a password behind a misspelled key, and the key, which may be a static token: here a
 * failure is one line with neither.
 */
public final class KeystoneBinding {

  private static final ConfigurationPropertyName PREFIX =
      ConfigurationPropertyName.of("doni.keystone");
  private static final ConfigurationPropertyName STATIC_TOKENS = PREFIX.append("static-tokens");

  private static final Set<String> INTERFACES = Set.of("public", "internal", "admin");

  private KeystoneBinding() {}

  /**
   * Reads and checks it.
   *
   * @throws InvalidConfigurationPropertyValueException in one line, without a value
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
        throw invalid(
            key("auth-url"), "neither it nor doni.keystone.static-tokens is set; one has to be");
      }
      checkTokens(properties);
      return;
    }
    if (isStatic) {
      throw invalid(
          key("auth-url"), "set together with doni.keystone.static-tokens; only one may be");
    }
    if (url.getHost() == null
        || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
      throw invalid(key("auth-url"), "it must be an http or https URL");
    }
    checkLogin(properties);
    if (!INTERFACES.contains(properties.endpointInterface())) {
      throw invalid(key("interface"), "it must be one of public, internal, admin");
    }
    demandPositive("connect-timeout", properties.connectTimeout());
    demandPositive("read-timeout", properties.readTimeout());
    if (properties.tokenCacheTtl().isNegative()) {
      throw invalid(key("token-cache-ttl"), "it must not be negative");
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
          "set together with doni.keystone.username or .password; the service logs in either with"
              + " a password or with an application credential");
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
          if (!TokenForm.isPlausible(token)) {
            throw invalid(STATIC_TOKENS.toString(), "a token has characters that none has");
          }
          if (meaning.userId().isBlank() || meaning.projectId().isBlank()) {
            throw invalid(STATIC_TOKENS.toString(), "each token needs a user-id and a project-id");
          }
        });
  }

  private static void demand(String name, boolean set) {
    if (!set) {
      throw invalid(
          key(name),
          "it must be set where doni.keystone.auth-url is: either username and password, or"
              + " application-credential-id and application-credential-secret");
    }
  }

  private static void demandPositive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw invalid(key(name), "it must be longer than 0");
    }
  }

  private static String reason(BindException failure) {
    if (failure.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
      return unbound.getUnboundProperties().stream()
          .map(ConfigurationProperty::getName)
          .map(KeystoneBinding::shown)
          .distinct()
          .collect(Collectors.joining(", ", "no such key: ", ""));
    }
    String name = shown(failure.getName());
    return name + " is not of type " + failure.getTarget().getType().toClass().getSimpleName();
  }

  /** A key as it may be shown: a static token is part of a key's name. */
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
