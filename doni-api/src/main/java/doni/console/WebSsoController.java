package doni.console;

import doni.console.ConsoleLogin.Credentials;
import doni.enrollment.Secret;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Begins and ends a single sign-on through Keystone; without choices, its paths do not exist. */
@ConsoleController
class WebSsoController {

  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,8192}");

  private final WebSsoFlow flow;
  private final LoginController login;

  WebSsoController(WebSsoFlow flow, LoginController login) {
    this.flow = flow;
    this.login = login;
  }

  /**
   * Leads to Keystone. A link and no form, because browsers apply {@code form-action} of the
   * content security policy to the redirects of a form.
   */
  @GetMapping(ConsolePaths.WEB_SSO + "/{choice}")
  String begin(
      @PathVariable String choice,
      @RequestParam(required = false) @Nullable String next,
      HttpServletRequest request,
      HttpServletResponse response) {
    String address = offered().begin(choice).orElseThrow(UnknownPageException::new);
    if (OwnSiteFormTokens.isForeign(request)) {
      // Only the login page begins a sign-on; a page of another site must not.
      return "redirect:" + ConsolePaths.LOGIN;
    }
    response.addHeader(
        HttpHeaders.SET_COOKIE, offered().begun(ConsolePaths.pageOrRoot(next)).toString());
    return "redirect:" + address;
  }

  /**
   * Takes the token that Keystone's page posts.
   *
   * <p>The request comes from another site, so it has no session that could be taken over, and the
   * browser would send the new cookie, which is {@code SameSite=Strict}, with no redirect of it.
   * The answer is a page that goes on by itself.
   */
  @PostMapping(ConsolePaths.WEB_SSO_RETURN)
  String end(
      @RequestParam(defaultValue = "") String token,
      Model model,
      HttpServletRequest request,
      HttpServletResponse response) {
    Optional<String> next = offered().next(request);
    response.addHeader(HttpHeaders.SET_COOKIE, offered().over().toString());
    if (next.isEmpty()) {
      return login.refused(HttpStatus.FORBIDDEN, "websso", null, model, response);
    }
    Optional<Credentials> credentials =
        Optional.of(token)
            .filter(sent -> TOKEN.matcher(sent).matches())
            .map(sent -> new Credentials.FederatedToken(new Secret(sent)));
    String view = login.logIn(credentials, next.get(), model, request, response);
    if (view.startsWith(LoginController.REDIRECT)) {
      model.addAttribute("next", view.substring(LoginController.REDIRECT.length()));
      return "websso";
    }
    return view;
  }

  private WebSsoFlow offered() {
    if (!flow.isOffered()) {
      throw new UnknownPageException();
    }
    return flow;
  }
}
