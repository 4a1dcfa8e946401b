package doni.api.web;

import doni.request.RequestRefusedException;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Refuses query parameters that an operation does not declare in the OpenAPI document. */
@Configuration(proxyBeanMethods = false)
class QueryParametersConfiguration implements WebMvcConfigurer {

  @Override
  public void addInterceptors(InterceptorRegistry registry) {
    registry.addInterceptor(new UnknownParameterInterceptor());
  }

  /**
   * Runs for every method of our controllers, after authentication, so that a new operation cannot
   * forget it. The names come from the {@link Parameter} annotations of the method.
   */
  private static final class UnknownParameterInterceptor implements HandlerInterceptor {

    private static final String OURS = "doni.api.";
    private static final int MAX_NAMED = 10;

    private final Map<Method, List<String>> known = new ConcurrentHashMap<>();

    @Override
    public boolean preHandle(
        HttpServletRequest request, HttpServletResponse response, Object handler) {
      String query = request.getQueryString();
      if (query != null
          && !query.isEmpty()
          && handler instanceof HandlerMethod method
          && method.getBeanType().getName().startsWith(OURS)) {
        refuseUnknown(
            query,
            known.computeIfAbsent(method.getMethod(), UnknownParameterInterceptor::declared));
      }
      return true;
    }

    private static List<String> declared(Method method) {
      return AnnotatedElementUtils.findMergedRepeatableAnnotations(method, Parameter.class).stream()
          .filter(parameter -> parameter.in() == ParameterIn.QUERY)
          .map(Parameter::name)
          .toList();
    }

    private static void refuseUnknown(String query, List<String> known) {
      Set<String> unknown = names(query);
      unknown.removeIf(name -> known.stream().anyMatch(declared -> isNamed(declared, name)));
      if (!unknown.isEmpty()) {
        String allowed = known.isEmpty() ? "none" : String.join(", ", known);
        throw new RequestRefusedException.Invalid(
            unknown.stream()
                .limit(MAX_NAMED)
                .map(name ->
                    "%s: unknown parameter; allowed: %s"
                        .formatted(ClientTextRules.quote(name), allowed))
                .toList());
      }
    }

    /** A declared name that ends in .* stands for all names with its beginning. */
    private static boolean isNamed(String declared, String name) {
      return declared.endsWith(".*")
          ? name.length() > declared.length() - 1
              && name.startsWith(declared.substring(0, declared.length() - 1))
          : declared.equals(name);
    }

    /**
     * Decodes the names without {@link HttpServletRequest#getParameterMap}, which would also read
     * the body of a form.
     */
    private static Set<String> names(String query) {
      Set<String> names = new LinkedHashSet<>();
      for (String pair : query.split("&", -1)) {
        if (!pair.isEmpty()) {
          names.add(decoded(pair.split("=", 2)[0]));
        }
      }
      return names;
    }

    private static String decoded(String name) {
      try {
        String text = URLDecoder.decode(name, StandardCharsets.UTF_8);
        if (ClientTextRules.isLine(text)) {
          return text;
        }
      } catch (IllegalArgumentException _) {
        // An incomplete escape.
      }
      throw new RequestRejectedException("the name of a parameter cannot be decoded");
    }
  }
}
