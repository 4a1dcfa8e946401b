package doni.console;

import com.github.benmanes.caffeine.cache.Ticker;
import doni.api.auth.TokenValidation.TokenValidator;
import doni.database.RetentionJob;
import doni.event.ChangeWatch;
import doni.event.HardwareEventStore;
import doni.openstack.KeystoneProperties;
import doni.openstack.KeystoneSession;
import doni.resync.ResyncService;
import doni.secret.KeyedHash;
import doni.secret.SecretEncryptor;
import doni.task.LanePauseReader;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.DelegatingFilterProxyRegistrationBean;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.support.GenericConversionService;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.header.Header;
import org.springframework.security.web.header.writers.StaticHeadersWriter;
import org.springframework.session.FlushMode;
import org.springframework.session.jdbc.JdbcIndexedSessionRepository;
import org.springframework.session.jdbc.PostgreSqlJdbcIndexedSessionRepositoryCustomizer;
import org.springframework.session.web.http.SessionRepositoryFilter;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the console. Its sessions, cookies and form tokens exist under {@code /console} only. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@EnableConfigurationProperties(ConsoleProperties.class)
class ConsoleConfiguration {

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnBooleanProperty(name = "doni.console.enabled", matchIfMissing = true)
  static class ServedConsoleConfiguration {

    private static final String PATTERN = ConsolePaths.ROOT + "/*";

    /** Nothing inline, nothing from elsewhere, no frame around a page. */
    private static final String CONTENT_POLICY =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
            + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    @Bean
    ChangeWatch changeWatch(HardwareEventStore events, LanePauseReader pauses, ResyncService runs) {
      return new ChangeWatch(events, pauses::current, runs::progress);
    }

    @Bean
    ConsoleSession consoleSession(
        SecretEncryptor encryptor,
        Clock clock,
        ConsoleProperties properties,
        JdbcIndexedSessionRepository consoleSessions) {
      return new ConsoleSession(encryptor, clock, properties.sessionLifetime(), consoleSessions);
    }

    @Bean
    ConsoleLogin consoleLogin(
        KeystoneProperties keystone,
        ObjectProvider<KeystoneSession> session,
        TokenValidator tokens) {
      return new ConsoleLogin(
          keystone.authUrl() == null ? null : session.getObject().userLogin(),
          tokens,
          Ticker.systemTicker());
    }

    @Bean
    WebSsoFlow webSsoFlow(
        ConsoleProperties properties,
        KeystoneProperties keystone,
        @Qualifier("consoleLoginHash") KeyedHash hash,
        Clock clock) {
      return WebSsoFlow.of(properties, keystone, hash, clock);
    }

    @Bean
    ConsoleRefusedPage consoleRefusedPage() {
      return new ConsoleRefusedPage();
    }

    /** Not the auto-configuration of Spring Boot, which wraps the requests of every path. */
    @Bean
    JdbcIndexedSessionRepository consoleSessions(
        JdbcTemplate jdbc, PlatformTransactionManager transactions, ConsoleProperties properties) {
      TransactionTemplate own = new TransactionTemplate(transactions);
      own.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
      JdbcIndexedSessionRepository sessions = new JdbcIndexedSessionRepository(jdbc, own);
      new PostgreSqlJdbcIndexedSessionRepositoryCustomizer().customize(sessions);
      sessions.setDefaultMaxInactiveInterval(properties.sessionTimeout());
      sessions.setCleanupCron(Scheduled.CRON_DISABLED);
      // Where a session is used, a database that refuses it leads to a page with 503. By default it
      // is written while the response is sent, when it is too late for another one.
      sessions.setFlushMode(FlushMode.IMMEDIATE);
      // Texts only: no class is ever read from the database.
      GenericConversionService texts = new GenericConversionService();
      texts.addConverter(
          Object.class, byte[].class, value -> ((String) value).getBytes(StandardCharsets.UTF_8));
      texts.addConverter(
          byte[].class, Object.class, bytes -> new String(bytes, StandardCharsets.UTF_8));
      sessions.setConversionService(texts);
      return sessions;
    }

    @Bean
    RetentionJob consoleSessionRetentionJob(JdbcIndexedSessionRepository consoleSessions) {
      return new RetentionJob(
          "console-session-retention",
          "Removal of expired console sessions",
          Duration.ofMinutes(10),
          consoleSessions::cleanUpExpiredSessions);
    }

    @Bean
    SessionRepositoryFilter<?> consoleSessionRepositoryFilter(
        JdbcIndexedSessionRepository consoleSessions,
        @Qualifier("consoleCookieHash") KeyedHash hash) {
      SessionRepositoryFilter<?> filter = new SessionRepositoryFilter<>(consoleSessions);
      filter.setHttpSessionIdResolver(new SignedSessionCookie(hash));
      return filter;
    }

    /**
     * After the request has its id, before it is authenticated. By the name of the bean, which
     * needs the database: a database that cannot be used must not end the start of the server with
     * a second error.
     */
    @Bean
    DelegatingFilterProxyRegistrationBean consoleSessionFilter() {
      DelegatingFilterProxyRegistrationBean registration =
          new DelegatingFilterProxyRegistrationBean("consoleSessionRepositoryFilter");
      registration.addUrlPatterns(PATTERN);
      registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 50);
      return registration;
    }

    @Bean
    FilterRegistrationBean<BrowserRedirectFilter> browserRedirect() {
      FilterRegistrationBean<BrowserRedirectFilter> registration =
          new FilterRegistrationBean<>(new BrowserRedirectFilter());
      registration.addUrlPatterns("/");
      return registration;
    }

    /** In a cookie, so that a visitor who never logs in leaves no session in the database. */
    @Bean
    CookieCsrfTokenRepository consoleFormTokens() {
      CookieCsrfTokenRepository tokens = new CookieCsrfTokenRepository();
      tokens.setCookieName("doni_form");
      tokens.setCookiePath(ConsolePaths.ROOT);
      tokens.setCookieCustomizer(cookie -> cookie.httpOnly(true).sameSite("Strict"));
      return tokens;
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    SecurityFilterChain consoleChain(
        HttpSecurity http,
        ConsoleSession sessions,
        TokenValidator tokens,
        CookieCsrfTokenRepository formTokens) {
      return http.securityMatcher(ConsolePaths.ROOT, ConsolePaths.ROOT + "/**")
          .addFilterBefore(
              new SessionAuthenticationFilter(sessions, tokens),
              AnonymousAuthenticationFilter.class)
          .authorizeHttpRequests(requests ->
              requests
                  .dispatcherTypeMatchers(DispatcherType.FORWARD, DispatcherType.ERROR)
                  .permitAll()
                  .requestMatchers(ConsolePaths.LOGIN, ConsolePaths.LOGOUT, ConsolePaths.PROJECT)
                  .permitAll()
                  .requestMatchers(
                      HttpMethod.GET,
                      ConsolePaths.PUBLIC,
                      ConsolePaths.ASSETS + "/**",
                      ConsolePaths.WEB_SSO + "/*")
                  .permitAll()
                  .requestMatchers(HttpMethod.POST, ConsolePaths.WEB_SSO_RETURN)
                  .permitAll()
                  .anyRequest()
                  .authenticated())
          .csrf(csrf ->
              csrf.csrfTokenRepository(formTokens)
                  .csrfTokenRequestHandler(new OwnSiteFormTokens())
                  // Keystone's page posts it, which has no token of ours; see WebSsoFlow.
                  .ignoringRequestMatchers(ConsolePaths.WEB_SSO_RETURN))
          .headers(ServedConsoleConfiguration::securityHeaders)
          .exceptionHandling(handling ->
              handling
                  .authenticationEntryPoint((request, response, _) -> logIn(request, response))
                  .accessDeniedHandler((request, response, _) ->
                      request
                          .getRequestDispatcher(ConsolePaths.FORM_EXPIRED)
                          .forward(request, response)))
          // Of no use: ConsoleSession decides when a session begins. It would also give a session a
          // new id at each request, under which no stored value can be read.
          .sessionManagement(AbstractHttpConfigurer::disable)
          .securityContext(context ->
              context.securityContextRepository(new RequestAttributeSecurityContextRepository()))
          .formLogin(AbstractHttpConfigurer::disable)
          .httpBasic(AbstractHttpConfigurer::disable)
          .logout(AbstractHttpConfigurer::disable)
          .requestCache(AbstractHttpConfigurer::disable)
          .build();
    }

    private static void securityHeaders(HeadersConfigurer<HttpSecurity> headers) {
      headers
          .defaultsDisabled()
          .httpStrictTransportSecurity(Customizer.withDefaults())
          .addHeaderWriter(
              new StaticHeadersWriter(
                  List.of(
                      new Header("X-Content-Type-Options", "nosniff"),
                      new Header("Referrer-Policy", "same-origin"),
                      new Header("Content-Security-Policy", CONTENT_POLICY),
                      new Header("X-Frame-Options", "DENY"),
                      new Header("Cross-Origin-Opener-Policy", "same-origin"),
                      new Header(HttpHeaders.CACHE_CONTROL, "no-store"))));
    }

    /**
     * A page redirects; a fragment cannot, so htmx is told to load the login as a page. A stream
     * ends, and the page asks for its fragment instead.
     */
    private static void logIn(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      if (request.getServletPath().equals(ConsolePaths.LIVE)) {
        response.setStatus(HttpStatus.UNAUTHORIZED.value());
        return;
      }
      if (request.getHeader("HX-Request") != null) {
        response.setHeader("HX-Redirect", ConsolePaths.LOGIN);
        response.setStatus(HttpStatus.UNAUTHORIZED.value());
        return;
      }
      String query = request.getQueryString();
      String wanted =
          request.getMethod().equals(HttpMethod.GET.name())
              ? ConsolePaths.pageOrRoot(
                  request.getServletPath() + (query == null ? "" : "?" + query))
              : ConsolePaths.ROOT;
      response.sendRedirect(
          wanted.equals(ConsolePaths.ROOT)
              ? ConsolePaths.LOGIN
              : ConsolePaths.LOGIN + "?next=" + URLEncoder.encode(wanted, StandardCharsets.UTF_8));
    }
  }
}
