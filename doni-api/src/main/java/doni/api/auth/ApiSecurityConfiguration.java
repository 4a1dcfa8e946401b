package doni.api.auth;

import com.github.benmanes.caffeine.cache.Ticker;
import doni.openstack.KeystoneProperties;
import doni.openstack.KeystoneSession;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.DispatcherType;
import java.time.Clock;
import java.time.Duration;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderNotFoundException;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.savedrequest.NullRequestCache;

/** Requires a token on every path except the open ones; no HTTP session, no form login. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
class ApiSecurityConfiguration {

  private static final Logger LOG = LoggerFactory.getLogger(ApiSecurityConfiguration.class);

  /** As in {@link StrictHttpFirewall}. */
  private static final Pattern NAME_OF_HEADER =
      Pattern.compile("[\\p{IsAssigned}&&[^\\p{IsControl}]]*");

  /** As in {@link StrictHttpFirewall}. */
  private static final Pattern VALUE_OF_HEADER =
      Pattern.compile("[\\p{IsAssigned}&&[[^\\p{IsControl}]||\\t]]*");

  /** A call may wait that long before it is sent, see {@link doni.backend.BackendGuard}. */
  private static final Duration QUEUE = Duration.ofSeconds(2);

  @Bean
  TokenValidation.TokenValidator tokenValidator(
      KeystoneProperties keystone,
      ObjectProvider<KeystoneSession> session,
      MeterRegistry meters,
      Clock clock) {
    if (keystone.authUrl() == null) {
      LOG.warn(
          "doni.keystone.static-tokens is set: {} tokens from the configuration are valid, without"
              + " Keystone. For local use only.",
          keystone.staticTokens().size());
      return new StaticTokenValidator(keystone.staticTokens());
    }
    return new CachingTokenValidator(
        new KeystoneTokenValidator(session.getObject(), clock),
        keystone.tokenCacheTtl(),
        keystone.connectTimeout().plus(keystone.readTimeout()).plus(QUEUE),
        clock,
        Ticker.systemTicker(),
        meters);
  }

  @Bean
  KnownCallers knownCallers(TokenValidation.TokenValidator tokens) {
    return new KnownCallers(tokens);
  }

  @Bean
  FilterRegistrationBean<RequestIdFilter> requestIdFilter() {
    FilterRegistrationBean<RequestIdFilter> filter =
        new FilterRegistrationBean<>(new RequestIdFilter());
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return filter;
  }

  /** Within that filter, so that a line has the id of its request. */
  @Bean
  FilterRegistrationBean<RefusedAccessFilter> refusedAccessFilter() {
    FilterRegistrationBean<RefusedAccessFilter> filter =
        new FilterRegistrationBean<>(new RefusedAccessFilter(System::nanoTime));
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
    return filter;
  }

  @Bean
  SecurityFilterChain tokenChain(
      HttpSecurity http, TokenValidation.TokenValidator tokens, KeystoneProperties keystone) {
    TokenAuthenticationFilter.OpenPaths openPaths = new TokenAuthenticationFilter.OpenPaths();
    AuthErrors errors = AuthErrors.of(keystone);
    return http.addFilterBefore(
            new TokenAuthenticationFilter(tokens, openPaths, errors),
            AnonymousAuthenticationFilter.class)
        .authorizeHttpRequests(requests ->
            requests
                .dispatcherTypeMatchers(
                    DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)
                .permitAll()
                .requestMatchers(openPaths)
                .permitAll()
                .anyRequest()
                .authenticated())
        .headers(ApiSecurityConfiguration::securityHeaders)
        .exceptionHandling(handling ->
            handling.authenticationEntryPoint((_, response, _) -> errors.unauthorized(response)))
        .securityContext(context ->
            context.securityContextRepository(new RequestAttributeSecurityContextRepository()))
        .requestCache(cache -> cache.requestCache(new NullRequestCache()))
        .sessionManagement(AbstractHttpConfigurer::disable)
        .anonymous(AbstractHttpConfigurer::disable)
        .servletApi(AbstractHttpConfigurer::disable)
        .csrf(AbstractHttpConfigurer::disable)
        .formLogin(AbstractHttpConfigurer::disable)
        .httpBasic(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .build();
  }

  /**
   * Spring Security's own, except that it accepts printable ASCII without a regular expression: it
   * checks the name and the value of a header each time that one is read.
   */
  @Bean
  StrictHttpFirewall firewall() {
    StrictHttpFirewall firewall = new StrictHttpFirewall();
    firewall.setAllowedHeaderNames(
        name -> isPrintableAscii(name) || NAME_OF_HEADER.matcher(name).matches());
    firewall.setAllowedHeaderValues(
        value -> isPrintableAscii(value) || VALUE_OF_HEADER.matcher(value).matches());
    return firewall;
  }

  private static boolean isPrintableAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }

  private static void securityHeaders(HeadersConfigurer<HttpSecurity> headers) {
    headers.defaultsDisabled().addHeaderWriter(ApiSecurityHeaders.WRITER);
  }

  /**
   * Off: two observations of each filter take a tenth of a request's time, and show nothing that
   * {@code http.server.requests} does not.
   */
  @Bean
  SecurityObservationSettings noObservationOfEachFilter() {
    return SecurityObservationSettings.noObservations();
  }

  /** Without this bean, Boot creates a user and logs its password. */
  @Bean
  AuthenticationManager noPasswords() {
    return authentication -> {
      throw new ProviderNotFoundException("password login is not supported");
    };
  }
}
