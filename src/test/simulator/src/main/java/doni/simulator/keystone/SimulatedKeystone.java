package doni.simulator.keystone;

import doni.simulator.http.Answer;
import doni.simulator.http.Request;
import doni.simulator.http.SimulatedApi;
import doni.simulator.keystone.User.Project;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A simulated Keystone, identity API v3.
 *
 * <p>It starts with the users {@code alice} (member of {@code alice-proj}), {@code bob} (member of
 * {@code bob-proj}), {@code admin} (role admin, project {@code admin}) and {@code doni} (role
 * admin, project {@code service}), each with a random password. A login without a scope gives a
 * token without a project, as the real one does.
 */
public final class SimulatedKeystone extends SimulatedApi {

  private static final String SUBJECT = "X-Subject-Token";

  private final Directory directory = new Directory();
  private final Documents documents = new Documents();
  private final Tokens tokens;
  private final Logins logins;
  private final Map<String, LongAdder> validations = new ConcurrentHashMap<>();
  private final Set<String> trustedDashboards = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String federatedUser;

  /**
   * Starts the API.
   *
   * @param port 0 for a free one
   */
  public SimulatedKeystone(int port, Clock clock) {
    super(port, clock, IdentityError::of);
    tokens = new Tokens(clock);
    logins = new Logins(directory, tokens);
    addUser("alice", "alice-proj", "member");
    addUser("bob", "bob-proj", "member");
    addUser("admin", "admin", "admin");
    addUser("doni", "service", "admin");
    register();
    server.start();
    addService("identity", "keystone", authUrl());
  }

  /** The URL that clients are configured with; ends in {@code /v3}. */
  public URI authUrl() {
    return URI.create(server.uri() + "/v3");
  }

  /** Adds a user, and the project when it is new. */
  public User addUser(String name, String project, String... roles) {
    return directory.add(name, project, List.of(roles));
  }

  /** A user by name. */
  public User user(String name) {
    return directory.user(name).orElseThrow(() -> new IllegalArgumentException("no user " + name));
  }

  /** Puts a service into the catalog, with the same URL for all interfaces of RegionOne. */
  public void addService(String type, String name, URI url) {
    documents.addService(type, name, url);
  }

  /** A token of a user for the user's project, made without a call. */
  public String token(String user) {
    return tokens.issue(Tokens.Login.withPassword(user(user), true)).id();
  }

  /** A token of a user that is for no project. */
  public String unscopedToken(String user) {
    return tokens.issue(Tokens.Login.withPassword(user(user), false)).id();
  }

  /** Trusts a dashboard with the tokens of users who log in elsewhere, by its exact address. */
  public void trustDashboard(String address) {
    trustedDashboards.add(address);
  }

  /** Who the web server in front says logs in by single sign-on; null for no one. */
  public void federatedUser(@Nullable String user) {
    federatedUser = user;
  }

  /** Whether a service may take the token. */
  public boolean isValid(String token) {
    return tokens.find(token).isPresent();
  }

  public ApplicationCredential addApplicationCredential(String user, String name) {
    return directory.addCredential(user(user), name);
  }

  public void removeApplicationCredential(String id) {
    directory.removeCredential(id);
  }

  /** How long tokens live that are issued from now on; one hour at first. */
  public void tokenLifetime(Duration lifetime) {
    tokens.lifetime(lifetime);
  }

  /** Makes a token worthless at once. */
  public void revoke(String token) {
    boolean _ = tokens.revoke(token);
  }

  /** Makes all tokens worthless at once, those of services too. */
  public void revokeAll() {
    tokens.revokeAll();
  }

  /**
   * Whose a token is, for the other simulated services; empty when it is not good, or for no
   * project.
   */
  public Optional<User> holder(String token) {
    return tokens.find(token).filter(Token::scoped).map(Token::user);
  }

  /** Whether a token was given for an application credential. */
  public boolean isOfApplicationCredential(String token) {
    return tokens.find(token).flatMap(Token::credential).isPresent();
  }

  /** How often a token was asked about. */
  public long validations(String token) {
    LongAdder count = validations.get(token);
    return count == null ? 0 : count.sum();
  }

  private void register() {
    server
        .router()
        .route("GET", "/", request -> versions())
        .route("GET", "/v3", request -> answer("version", documents.version(server.uri())))
        .route("POST", "/v3/auth/tokens", this::issue)
        .route("GET", "/v3/auth/tokens", this::validate)
        .route("HEAD", "/v3/auth/tokens", this::validate)
        .route("DELETE", "/v3/auth/tokens", this::revoke)
        .route("GET", "/v3/auth/catalog", this::catalog)
        .route("GET", "/v3/auth/projects", this::ownProjects)
        .route("GET", "/v3/auth/OS-FEDERATION/websso/{protocol}", this::singleSignOn)
        .route(
            "GET",
            "/v3/auth/OS-FEDERATION/identity_providers/{idp}/protocols/{protocol}/websso",
            this::singleSignOn)
        .route("GET", "/v3/projects", this::projects)
        .route("GET", "/v3/projects/{id}", this::project)
        .route("GET", "/v3/users", this::users)
        .route("GET", "/v3/users/{id}", this::user);
  }

  private Answer versions() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("versions").putArray("values").add(documents.version(server.uri()));
    return Answer.json(300, body);
  }

  private Answer issue(Request request) {
    Token token = tokens.issue(logins.login(request.json()));
    boolean withCatalog = request.query("nocatalog").isEmpty();
    return Answer.json(201, documents.token(token, withCatalog), Map.of(SUBJECT, token.id()));
  }

  private Answer validate(Request request) {
    String subject = request.header("x-subject-token").orElse("");
    validations.computeIfAbsent(subject, key -> new LongAdder()).increment();
    Token token = subject(request, "validate_token");
    boolean withCatalog = request.query("nocatalog").isEmpty();
    return Answer.json(200, documents.token(token, withCatalog), Map.of(SUBJECT, token.id()));
  }

  private Answer revoke(Request request) {
    boolean _ = tokens.revoke(subject(request, "revoke_token").id());
    return Answer.empty(204);
  }

  /** The token in question; one may ask about one's own, an administrator about every one. */
  private Token subject(Request request, String action) {
    Token caller = caller(request);
    Token subject =
        tokens
            .find(request.header("x-subject-token").orElse(""))
            .orElseThrow(IdentityError::tokenNotFound);
    if (!caller.isAdmin() && !caller.user().equals(subject.user())) {
      throw IdentityError.forbidden("identity:" + action);
    }
    return subject;
  }

  /**
   * Answers with the page of {@code sso_callback_template.html}, whose form a browser sends by
   * itself. The web server in front of Keystone has let the user log in before.
   */
  private Answer singleSignOn(Request request) {
    String origin =
        request
            .query("origin")
            .orElseThrow(
                () -> IdentityError.badRequest("Request must have an origin query parameter"));
    if (!trustedDashboards.contains(origin)) {
      throw IdentityError.unauthorized(origin + " is not a trusted dashboard host");
    }
    String user = federatedUser;
    if (user == null) {
      throw IdentityError.unauthorized("Could not map any federated user properties");
    }
    Token token = tokens.issue(Tokens.Login.federated(user(user), request.variable("protocol")));
    return new Answer.Full(
        200,
        Map.of(),
        "text/html; charset=utf-8",
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>Single sign-on</title></head>
        <body>
          <form id="sso" name="sso" action="%s" method="post">
            <input type="hidden" name="token" id="token" value="%s">
            <noscript><input type="submit" name="submit_no_javascript" value="Continue"></noscript>
          </form>
          <script>window.onload = () => document.forms["sso"].submit();</script>
        </body></html>
        """
            .formatted(origin, token.id()));
  }

  private Answer catalog(Request request) {
    Token _ = caller(request);
    return answer("catalog", documents.catalog());
  }

  private Answer ownProjects(Request request) {
    return listed("projects", List.of(documents.project(caller(request).user().project())));
  }

  private Answer projects(Request request) {
    requireAdmin(request, "identity:list_projects");
    Optional<String> name = request.query("name");
    boolean inDefault = request.query("domain_id").orElse("default").equals("default");
    List<JsonNode> found =
        directory.projects().stream()
            .filter(project -> inDefault && project.name().equals(name.orElse(project.name())))
            .map(documents::project)
            .toList();
    return listed("projects", found);
  }

  private Answer project(Request request) {
    Token caller = caller(request);
    String id = request.variable("id");
    if (!caller.isAdmin() && !caller.user().project().id().equals(id)) {
      throw IdentityError.forbidden("identity:get_project");
    }
    Project project =
        directory
            .project(id)
            .filter(found -> found.id().equals(id))
            .orElseThrow(() -> IdentityError.notFound("project", id));
    return answer("project", documents.project(project));
  }

  private Answer users(Request request) {
    requireAdmin(request, "identity:list_users");
    Optional<String> name = request.query("name");
    List<JsonNode> found =
        directory.users().stream()
            .filter(user -> user.name().equals(name.orElse(user.name())))
            .map(documents::user)
            .toList();
    return listed("users", found);
  }

  private Answer user(Request request) {
    requireAdmin(request, "identity:get_user");
    String id = request.variable("id");
    User user =
        directory
            .user(id)
            .filter(found -> found.id().equals(id))
            .orElseThrow(() -> IdentityError.notFound("user", id));
    return answer("user", documents.user(user));
  }

  private Token caller(Request request) {
    return tokens
        .find(request.header("x-auth-token").orElse(""))
        .orElseThrow(IdentityError::unauthorized);
  }

  private void requireAdmin(Request request, String action) {
    if (!caller(request).isAdmin()) {
      throw IdentityError.forbidden(action);
    }
  }

  private Answer answer(String name, JsonNode item) {
    return Answer.json(200, documents.single(name, item));
  }

  private Answer listed(String name, List<JsonNode> items) {
    return Answer.json(200, documents.list(name, items, URI.create(authUrl() + "/" + name)));
  }
}
