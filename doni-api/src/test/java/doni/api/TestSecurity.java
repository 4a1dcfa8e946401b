package doni.api;

import doni.api.web.ErrorResponseBody;
import doni.policy.Caller;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.web.filter.OncePerRequestFilter;

/** Stands in for Keystone: the tokens are known. */
@Configuration(proxyBeanMethods = false)
class TestSecurity {

  private static final Map<String, Caller> CALLERS =
      Map.of(
          "alice-token", caller("alice", "alice-proj", "member"),
          "bob-token", caller("bob", "bob-proj", "member"),
          "admin-token", caller("admin", "admin-proj", "admin"));

  static Caller caller(String name, String project, String role) {
    return new Caller(name + "-id", name, project, Set.of(role), Map.of(), "req-test");
  }

  @Bean
  SecurityFilterChain chain(HttpSecurity http) {
    return http.csrf(AbstractHttpConfigurer::disable)
        .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .addFilterBefore(new Tokens(), AnonymousAuthenticationFilter.class)
        .authorizeHttpRequests(requests ->
            requests
                .requestMatchers("/", "/healthcheck", "/v3/api-docs*/**", "/swagger-ui*/**")
                .permitAll()
                .requestMatchers(HttpMethod.GET, "/v1/hardware/export")
                .permitAll()
                .anyRequest()
                .authenticated())
        .exceptionHandling(e ->
            e.authenticationEntryPoint((request, response, failure) ->
                ErrorResponseBody.write(
                    response, 401, "The request you have made requires authentication")))
        .build();
  }

  private static final class Tokens extends OncePerRequestFilter {
    @Override
    protected void doFilterInternal(
        HttpServletRequest request, HttpServletResponse response, FilterChain chain)
        throws ServletException, IOException {
      response.setHeader("OpenStack-Request-Id", "req-test");
      List<String> tokens = Collections.list(request.getHeaders("X-Auth-Token"));
      Caller caller = tokens.size() == 1 ? CALLERS.get(tokens.getFirst()) : null;
      if (caller != null) {
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(
            UsernamePasswordAuthenticationToken.authenticated(caller, null, List.of()));
        SecurityContextHolder.setContext(context);
      }
      chain.doFilter(request, response);
    }
  }
}
