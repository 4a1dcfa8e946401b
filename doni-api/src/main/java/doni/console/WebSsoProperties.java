package doni.console;

import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the single sign-on through Keystone, under {@code doni.console.websso}.
 *
 * @param keystoneUrl Keystone as browsers reach it, with or without {@code /v3}; null: {@code
 *     doni.keystone.auth-url}
 * @param choices what the login page offers, by a name that is part of an address; empty: no single
 *     sign-on
 */
record WebSsoProperties(
    @Nullable URI keystoneUrl, @DefaultValue Map<String, WebSsoChoice> choices) {

  private static final String PREFIX = "doni.console.websso.";
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,32}");

  /** What is certainly one segment of a path. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  public WebSsoProperties {
    choices = Collections.unmodifiableMap(new LinkedHashMap<>(choices));
    choices.forEach((name, choice) -> {
      String key = PREFIX + "choices." + name;
      require(NAME.matcher(name).matches(), key, name, "a name of a-z, 0-9 and -");
      requireId(key + ".protocol", choice.protocol());
      if (choice.identityProvider() != null) {
        requireId(key + ".identity-provider", choice.identityProvider());
      }
    });
    if (keystoneUrl != null) {
      require(
          ("https".equals(keystoneUrl.getScheme()) || "http".equals(keystoneUrl.getScheme()))
              && keystoneUrl.getHost() != null
              && keystoneUrl.getRawQuery() == null
              && keystoneUrl.getRawFragment() == null
              && keystoneUrl.getRawUserInfo() == null,
          PREFIX + "keystone-url",
          keystoneUrl.toString(),
          "an http or https URL without user, query and fragment");
    }
  }

  /**
   * A way to log in.
   *
   * @param protocol id of the federation protocol in Keystone, such as {@code openid}
   * @param identityProvider id of the identity provider in Keystone; null lets the web server in
   *     front of Keystone choose it
   * @param label text of the button; null: the name of the choice
   */
  record WebSsoChoice(
      @DefaultValue("") String protocol,
      @Nullable String identityProvider,
      @Nullable String label) {}

  private static void requireId(String key, String value) {
    require(ID.matcher(value).matches(), key, value, "an id of letters, digits, ., _ and -");
  }

  private static void require(boolean holds, String key, String value, String allowed) {
    if (!holds) {
      throw new IllegalArgumentException("%s is '%s'; allowed: %s".formatted(key, value, allowed));
    }
  }
}
