package doni.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.csrf.CsrfTokenRequestHandler;
import org.springframework.security.web.csrf.XorCsrfTokenRequestAttributeHandler;

/**
 * Takes the token of a form, unless the browser says that a page of another origin sent the form.
 *
 * <p>The token is compared with a cookie. A page on another host of the same domain is of the same
 * site: browsers send it the session, which is {@code SameSite=Strict}, and it can replace the
 * cookie by one whose token it knows. Only {@code Sec-Fetch-Site}, which no page can set, shows
 * where such a form comes from.
 */
final class OwnSiteFormTokens implements CsrfTokenRequestHandler {

  private final XorCsrfTokenRequestAttributeHandler tokens =
      new XorCsrfTokenRequestAttributeHandler();

  OwnSiteFormTokens() {
    // The cookie must be set before the first bytes of a long page are sent.
    tokens.setCsrfRequestAttributeName(null);
  }

  /**
   * Returns whether a page of another origin sent the request. Browsers leave the header away where
   * the connection to the service is neither encrypted nor local.
   */
  static boolean isForeign(HttpServletRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    return site != null && !site.equals("same-origin") && !site.equals("none");
  }

  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, Supplier<CsrfToken> token) {
    tokens.handle(request, response, token);
  }

  @Override
  public @Nullable String resolveCsrfTokenValue(HttpServletRequest request, CsrfToken token) {
    return isForeign(request) ? null : tokens.resolveCsrfTokenValue(request, token);
  }
}
