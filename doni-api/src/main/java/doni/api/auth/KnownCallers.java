package doni.api.auth;

import doni.enrollment.Secret;
import doni.policy.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/**
 * Finds the callers of requests whose token is known to be valid already, without a call to
 * Keystone. It refuses no request: {@link TokenAuthenticationFilter} decides about all others.
 */
public final class KnownCallers {

  private final TokenValidation.TokenValidator tokens;

  KnownCallers(TokenValidation.TokenValidator tokens) {
    this.tokens = tokens;
  }

  /** Returns who calls; null if that is still to be found out. */
  public @Nullable CallerAuthentication find(HttpServletRequest request) {
    Enumeration<String> headers = request.getHeaders(RequestIdFilter.TOKEN_HEADER);
    if (!headers.hasMoreElements()) {
      return null;
    }
    Secret token = new Secret(headers.nextElement());
    if (headers.hasMoreElements()) {
      return null;
    }
    Caller caller = tokens.known(token);
    return caller == null ? null : CallerAuthentication.of(caller, request);
  }
}
