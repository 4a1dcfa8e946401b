package doni.api.auth;

import com.github.benmanes.caffeine.cache.Ticker;
import doni.backend.BackendGuard;
import doni.openstack.KeystoneBinding;
import doni.openstack.KeystoneProperties;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import jakarta.servlet.DispatcherType;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderNotFoundException;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;

/** Tokens in front of everything but the open paths; no session, no form, no password. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
class AuthConfiguration {

  private static final Logger log = LoggerFactory.getLogger(AuthConfiguration.class);

  private static final int CALLS_AT_ONCE = 20;
  private static final Duration CIRCUIT_OPEN_FOR = Duration.ofSeconds(5);

  /** A call may wait for its place before it is sent, see {@link BackendGuard}. */
  private static final Duration QUEUE = Duration.ofSeconds(2);

  @Bean
  KeystoneProperties keystoneProperties(Environment environment) {
    return KeystoneBinding.read(environment);
  }

  @Bean
  TokenValidator tokenValidator(
      KeystoneProperties keystone,
      MeterRegistry meters,
      ObjectProvider<Tracer> tracer,
      Clock clock) {
    if (keystone.authUrl() == null) {
      log.warn(
          "doni.keystone.static-tokens is set: {} tokens from the configuration are valid, without"
              + " Keystone. For local use only.",
          keystone.staticTokens().size());
      return new StaticTokens(keystone.staticTokens());
    }
    BackendGuard remote =
        new BackendGuard(
            "keystone",
            CALLS_AT_ONCE,
            CIRCUIT_OPEN_FOR,
            meters,
            tracer.getIfAvailable(() -> Tracer.NOOP),
            clock);
    return new CachedTokens(
        new KeystoneTokens(keystone, remote, clock),
        keystone.tokenCacheTtl(),
        keystone.connectTimeout().plus(keystone.readTimeout()).plus(QUEUE),
        clock,
        Ticker.systemTicker(),
        meters);
  }

  @Bean
  FilterRegistrationBean<RequestIdFilter> requestIdFilter() {
    FilterRegistrationBean<RequestIdFilter> filter =
        new FilterRegistrationBean<>(new RequestIdFilter());
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return filter;
  }

  @Bean
  SecurityFilterChain tokenChain(
      HttpSecurity http, TokenValidator tokens, KeystoneProperties keystone) {
    OpenPaths openPaths = new OpenPaths();
    AuthErrors refusals = AuthErrors.of(keystone);
    return http.addFilterBefore(
            new TokenFilter(tokens, openPaths, refusals), AnonymousAuthenticationFilter.class)
        .authorizeHttpRequests(requests ->
            requests
                .dispatcherTypeMatchers(
                    DispatcherType.ASYNC, DispatcherType.ERROR, DispatcherType.FORWARD)
                .permitAll()
                .requestMatchers(openPaths)
                .permitAll()
                .anyRequest()
                .authenticated())
        .exceptionHandling(handling ->
            handling.authenticationEntryPoint((_, response, _) -> refusals.unauthorized(response)))
        .sessionManagement(
            session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .csrf(AbstractHttpConfigurer::disable)
        .formLogin(AbstractHttpConfigurer::disable)
        .httpBasic(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .requestCache(AbstractHttpConfigurer::disable)
        .build();
  }

  /**
   * Two observations of each filter would cost every request a tenth, to tell nothing that {@code
   * http.server.requests} does not.
   */
  @Bean
  SecurityObservationSettings noObservationOfEachFilter() {
    return SecurityObservationSettings.noObservations();
  }

  /** Without one, Boot makes up a user and logs its password. */
  @Bean
  AuthenticationManager noPasswords() {
    return authentication -> {
      throw new ProviderNotFoundException("nobody logs in here");
    };
  }
}
