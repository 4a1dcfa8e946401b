package doni.console;

import doni.console.ConsoleLogin.Credentials;
import doni.console.ConsoleLogin.LoginResult;
import doni.enrollment.Secret;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Login, the choice of a project, and logout. */
@ConsoleController
class LoginController {

  static final String REDIRECT = "redirect:";

  private static final int MAX_FIELD = 4_096;

  private final ConsoleLogin login;
  private final ConsoleSession sessions;
  private final CookieCsrfTokenRepository formTokens;
  private final WebSsoFlow webSso;

  LoginController(
      ConsoleLogin login,
      ConsoleSession sessions,
      CookieCsrfTokenRepository formTokens,
      WebSsoFlow webSso) {
    this.login = login;
    this.sessions = sessions;
    this.formTokens = formTokens;
    this.webSso = webSso;
  }

  @GetMapping(ConsolePaths.LOGIN)
  String form(@RequestParam(required = false) @Nullable String next, Model model) {
    return form(next, "", model);
  }

  /** The fields of the credentials depend on {@code method}. */
  @PostMapping(ConsolePaths.LOGIN)
  String logIn(
      @RequestParam(defaultValue = "") String method,
      @RequestParam(defaultValue = "") String user,
      @RequestParam(defaultValue = "") String domain,
      @RequestParam(defaultValue = "") String secret,
      @RequestParam(required = false) @Nullable String next,
      Model model,
      HttpServletRequest request,
      HttpServletResponse response) {
    return logIn(
        credentials(method, user.strip(), domain.strip(), secret), next, model, request, response);
  }

  /**
   * Logs a user in and begins a session.
   *
   * @param credentials empty if what was entered cannot be right
   * @return a redirect, or the view of the form with what is wrong
   */
  String logIn(
      Optional<Credentials> credentials,
      @Nullable String next,
      Model model,
      HttpServletRequest request,
      HttpServletResponse response) {
    LoginResult result =
        credentials
            .map(entered -> login.logIn(entered, request.getRemoteAddr()))
            .orElseGet(LoginResult.Refused::new);
    return switch (result) {
      case LoginResult.LoggedIn(@Nullable Secret identity, Secret project) -> {
        sessions.start(request, identity, project);
        yield entered(ConsolePaths.pageOrRoot(next), request, response);
      }
      case LoginResult.ProjectNeeded(Secret identity) -> {
        sessions.start(request, identity, null);
        yield entered(ConsolePaths.PROJECT, request, response);
      }
      case LoginResult.Refused _ ->
          refused(HttpStatus.UNAUTHORIZED, "refused", next, model, response);
      case LoginResult.MissingProject _ ->
          refused(HttpStatus.FORBIDDEN, "no-project", next, model, response);
      case LoginResult.TooManyFailures _ ->
          refused(HttpStatus.TOO_MANY_REQUESTS, "too-many", next, model, response);
      case LoginResult.Unavailable _ ->
          refused(HttpStatus.SERVICE_UNAVAILABLE, "unavailable", next, model, response);
    };
  }

  @GetMapping(ConsolePaths.PROJECT)
  String projects(Model model, HttpServletRequest request) {
    Optional<Secret> identity = sessions.identityToken(request);
    // A login that has one project only, as with an application credential, keeps no other token.
    if (identity.isEmpty() && sessions.projectToken(request).isEmpty()) {
      return REDIRECT + ConsolePaths.LOGIN;
    }
    model.addAttribute("projects", identity.map(login::projects).orElse(List.of()));
    return "project";
  }

  @PostMapping(ConsolePaths.PROJECT)
  String choose(
      @RequestParam(defaultValue = "") String project,
      HttpServletRequest request,
      HttpServletResponse response) {
    Optional<Secret> identity = sessions.identityToken(request);
    Optional<Secret> token = identity.flatMap(one -> login.choose(one, project));
    if (token.isEmpty()) {
      sessions.end(request);
      return REDIRECT + ConsolePaths.LOGIN;
    }
    sessions.start(request, identity.get(), token.get());
    return entered(ConsolePaths.ROOT, request, response);
  }

  @PostMapping(ConsolePaths.LOGOUT)
  String logOut(HttpServletRequest request, HttpServletResponse response) {
    Optional<Secret> identity = sessions.identityToken(request);
    Optional<Secret> project = sessions.projectToken(request);
    sessions.end(request);
    project.ifPresent(login::logOut);
    identity.ifPresent(login::logOut);
    return entered(ConsolePaths.LOGIN, request, response);
  }

  /** A form that was shown before the login is of no use after it. */
  private String entered(String path, HttpServletRequest request, HttpServletResponse response) {
    formTokens.saveToken(null, request, response);
    return REDIRECT + path;
  }

  private static Optional<Credentials> credentials(
      String method, String user, String domain, String secret) {
    boolean usable =
        !secret.isEmpty()
            && secret.length() <= MAX_FIELD
            && user.length() <= MAX_FIELD
            && domain.length() <= MAX_FIELD
            && (method.equals("token") || !user.isEmpty());
    if (!usable) {
      return Optional.empty();
    }
    return switch (method) {
      case "password" -> Optional.of(new Credentials.Password(user, new Secret(secret), domain));
      case "credential" ->
          Optional.of(new Credentials.ApplicationCredential(user, new Secret(secret)));
      case "token" -> Optional.of(new Credentials.ConfiguredToken(new Secret(secret.strip())));
      default -> Optional.empty();
    };
  }

  /** Returns the form, with a problem that the bundle names. */
  String refused(
      HttpStatus status,
      String problem,
      @Nullable String next,
      Model model,
      HttpServletResponse response) {
    response.setStatus(status.value());
    return form(next, problem, model);
  }

  private String form(@Nullable String next, String problem, Model model) {
    model.addAttribute("next", ConsolePaths.pageOrRoot(next));
    model.addAttribute("problem", problem);
    model.addAttribute("keystone", login.atKeystone());
    model.addAttribute("domain", login.defaultDomain());
    model.addAttribute("choices", webSso.choices());
    return "login";
  }
}
