package doni.api.auth;

import doni.policy.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** An authenticated caller. It has no authorities: the policy decides what a caller may do. */
public final class CallerAuthentication extends AbstractAuthenticationToken {

  private static final long serialVersionUID = 1L;

  private final transient Caller caller;

  private CallerAuthentication(Caller caller) {
    super(List.of());
    this.caller = caller;
    setAuthenticated(true);
  }

  /** Authenticates a request, whose id becomes that of the caller. */
  public static CallerAuthentication of(Caller caller, HttpServletRequest request) {
    return new CallerAuthentication(caller.inRequest(RequestIdFilter.of(request)));
  }

  @Override
  public Caller getPrincipal() {
    return caller;
  }

  /** Returns an empty text: the token is not kept. */
  @Override
  public Object getCredentials() {
    return "";
  }

  @Override
  public String getName() {
    return caller.userId();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CallerAuthentication that && caller.equals(that.caller);
  }

  @Override
  public int hashCode() {
    return caller.hashCode();
  }
}
