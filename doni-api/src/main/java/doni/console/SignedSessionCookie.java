package doni.console;

import doni.secret.KeyedHash;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.session.web.http.CookieSerializer;
import org.springframework.session.web.http.CookieSerializer.CookieValue;
import org.springframework.session.web.http.DefaultCookieSerializer;
import org.springframework.session.web.http.HttpSessionIdResolver;

/**
 * The cookie of a session: its id and a signature. Ids are stored in clear text, so without the
 * signature a copy of the database would open every session.
 */
final class SignedSessionCookie implements HttpSessionIdResolver {

  static final String NAME = "doni_session";

  private static final char SEPARATOR = '.';
  private static final int MAX_LENGTH = 200;

  private final KeyedHash hash;
  private final CookieSerializer cookies;

  SignedSessionCookie(KeyedHash hash) {
    this.hash = hash;
    DefaultCookieSerializer serializer = new DefaultCookieSerializer();
    serializer.setCookieName(NAME);
    serializer.setCookiePath(ConsolePaths.ROOT);
    serializer.setUseHttpOnlyCookie(true);
    serializer.setSameSite("Strict");
    serializer.setUseBase64Encoding(false);
    // Secure is set where the request came over TLS, also that of a trusted proxy.
    this.cookies = serializer;
  }

  @Override
  public List<String> resolveSessionIds(HttpServletRequest request) {
    return cookies.readCookieValues(request).stream().flatMap(this::verified).toList();
  }

  @Override
  public void setSessionId(
      HttpServletRequest request, HttpServletResponse response, String sessionId) {
    String signature = Base64.getUrlEncoder().withoutPadding().encodeToString(hash.of(sessionId));
    cookies.writeCookieValue(new CookieValue(request, response, sessionId + SEPARATOR + signature));
  }

  @Override
  public void expireSession(HttpServletRequest request, HttpServletResponse response) {
    cookies.writeCookieValue(new CookieValue(request, response, ""));
  }

  private Stream<String> verified(String value) {
    int end = value.indexOf(SEPARATOR);
    if (end < 1 || value.length() > MAX_LENGTH) {
      return Stream.empty();
    }
    String id = value.substring(0, end);
    try {
      byte[] signature = Base64.getUrlDecoder().decode(value.substring(end + 1));
      return hash.matches(signature, id) ? Stream.of(id) : Stream.empty();
    } catch (IllegalArgumentException _) {
      return Stream.empty();
    }
  }
}
