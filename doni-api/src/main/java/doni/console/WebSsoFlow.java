package doni.console;

import doni.console.WebSsoProperties.WebSsoChoice;
import doni.openstack.KeystoneProperties;
import doni.secret.KeyedHash;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;

/**
 * The addresses and the proof of a single sign-on through Keystone (WebSSO). The browser goes to
 * Keystone, which lets it log in elsewhere and answers with a page that posts an unscoped token to
 * the console.
 *
 * <p>That request comes from another site, and Keystone passes nothing through that could be
 * compared with the beginning. So two things are required of it: the header {@code Origin} with
 * Keystone's origin, which a page of another site cannot send, and a signed cookie that says that
 * this browser began a sign-on a short while ago. Otherwise a page could log a visitor in to its
 * author's account.
 */
final class WebSsoFlow {

  static final String COOKIE = "doni_websso";

  /** Long enough for a login with a second factor. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Stands for both addresses where nothing is offered. */
  private static final String UNUSED = "https://unused.invalid";

  private static final int MAX_LENGTH = 4_096;
  private static final char SEPARATOR = '.';

  private final Map<String, WebSsoChoice> choices;
  private final String keystone;
  private final String keystoneOrigin;
  private final String returnUrl;
  private final KeyedHash hash;
  private final Clock clock;

  /**
   * @param keystone the root of the Identity API as browsers reach it, which ends in {@code /v3}
   * @param console the URL at which users open the console, without a final slash
   */
  WebSsoFlow(
      Map<String, WebSsoChoice> choices,
      String keystone,
      String console,
      KeyedHash hash,
      Clock clock) {
    this.choices = choices;
    this.keystone = keystone;
    this.keystoneOrigin = origin(URI.create(keystone));
    this.returnUrl = origin(URI.create(console)) + ConsolePaths.WEB_SSO_RETURN;
    this.hash = hash;
    this.clock = clock;
  }

  /**
   * Returns the flow of the settings, which offers nothing where they have no choices.
   *
   * @throws InvalidConfigurationPropertyValueException for choices without a Keystone
   */
  static WebSsoFlow of(
      ConsoleProperties console, KeystoneProperties keystone, KeyedHash hash, Clock clock) {
    WebSsoProperties settings = console.websso();
    if (settings.choices().isEmpty()) {
      return new WebSsoFlow(Map.of(), UNUSED, UNUSED, hash, clock);
    }
    if (keystone.authUrl() == null) {
      throw new InvalidConfigurationPropertyValueException(
          "doni.console.websso.choices",
          settings.choices().keySet(),
          "allowed: only with doni.keystone.auth-url");
    }
    String root =
        settings.keystoneUrl() == null
            ? keystone.identityUrl()
            : settings.keystoneUrl().toString().replaceFirst("/+$", "");
    return new WebSsoFlow(
        settings.choices(),
        root.endsWith("/v3") ? root : root + "/v3",
        Objects.requireNonNullElse(console.url(), UNUSED),
        hash,
        clock);
  }

  /** Returns whether the login page offers a single sign-on. */
  boolean isOffered() {
    return !choices.isEmpty();
  }

  /** Returns what the login page offers, by the name of the choice. */
  Map<String, WebSsoChoice> choices() {
    return choices;
  }

  /**
   * Returns the address at Keystone where a sign-on begins.
   *
   * @return empty for a choice that is not offered
   */
  Optional<String> begin(String choice) {
    return Optional.ofNullable(choices.get(choice))
        .map(chosen ->
            keystone
                + "/auth/OS-FEDERATION/"
                + (chosen.identityProvider() == null
                    ? "websso/" + chosen.protocol()
                    : "identity_providers/%s/protocols/%s/websso"
                        .formatted(chosen.identityProvider(), chosen.protocol()))
                + "?origin="
                + URLEncoder.encode(returnUrl, StandardCharsets.UTF_8));
  }

  /**
   * Returns the cookie of a sign-on that begins. It must come with a request from another site, so
   * it cannot be {@code SameSite=Strict}; it has no secret and opens nothing.
   *
   * @param next the page to which the sign-on leads
   */
  ResponseCookie begun(String next) {
    String payload = clock.instant().plus(PATIENCE).getEpochSecond() + " " + next;
    return cookie(
            encoded(payload.getBytes(StandardCharsets.UTF_8)) + SEPARATOR + signature(payload))
        .maxAge(PATIENCE)
        .build();
  }

  /** Returns the cookie that ends a sign-on: each is good for one request. */
  ResponseCookie over() {
    return cookie("").maxAge(Duration.ZERO).build();
  }

  /**
   * Returns the page to which a sign-on leads.
   *
   * @return empty if the request does not come from Keystone's page, or its browser has begun no
   *     sign-on within {@link #PATIENCE}
   */
  Optional<String> next(HttpServletRequest request) {
    return isOffered() && keystoneOrigin.equals(request.getHeader(HttpHeaders.ORIGIN))
        ? values(request.getCookies()).flatMap(value -> verified(value).stream()).findFirst()
        : Optional.empty();
  }

  private static Stream<String> values(Cookie @Nullable [] cookies) {
    return cookies == null
        ? Stream.empty()
        : Stream.of(cookies)
            .filter(cookie -> cookie.getName().equals(COOKIE))
            .map(Cookie::getValue);
  }

  private Optional<String> verified(String value) {
    int end = value.indexOf(SEPARATOR);
    if (end < 1 || value.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    try {
      String payload =
          new String(
              Base64.getUrlDecoder().decode(value.substring(0, end)), StandardCharsets.UTF_8);
      byte[] signature = Base64.getUrlDecoder().decode(value.substring(end + 1));
      if (!hash.matches(signature, payload)) {
        return Optional.empty();
      }
      int space = payload.indexOf(' ');
      Instant until = Instant.ofEpochSecond(Long.parseLong(payload.substring(0, space)));
      return clock.instant().isBefore(until)
          ? Optional.of(ConsolePaths.pageOrRoot(payload.substring(space + 1)))
          : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private String signature(String payload) {
    return encoded(hash.of(payload));
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static ResponseCookie.ResponseCookieBuilder cookie(String value) {
    return ResponseCookie.from(COOKIE, value)
        .path(ConsolePaths.WEB_SSO_RETURN)
        .httpOnly(true)
        // Browsers take SameSite=None only with Secure.
        .secure(true)
        .sameSite("None");
  }

  /** Returns an origin as browsers write it, and Keystone compares it: in lower case. */
  private static String origin(URI url) {
    boolean plain =
        url.getPort() < 0
            || (url.getPort() == 443 && "https".equals(url.getScheme()))
            || (url.getPort() == 80 && "http".equals(url.getScheme()));
    return url.getScheme()
        + "://"
        + url.getHost().toLowerCase(Locale.ROOT)
        + (plain ? "" : ":" + url.getPort());
  }
}
