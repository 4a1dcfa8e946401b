package doni.api.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collections;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.converter.HttpMessageConverters;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Decides which bodies are read: registers the converter for {@link JsonBody} parameters. */
@Configuration(proxyBeanMethods = false)
class JsonBodyConfiguration implements WebMvcConfigurer {

  @Override
  public void configureMessageConverters(HttpMessageConverters.ServerBuilder converters) {
    converters.addCustomConverter(new JsonBodyConverter());
  }

  @Override
  public void addInterceptors(InterceptorRegistry registry) {
    registry.addInterceptor(new PlainBodyInterceptor());
  }

  /** Refuses compressed bodies, which the limits of a body's size would not bound. */
  private static final class PlainBodyInterceptor implements HandlerInterceptor {

    @Override
    public boolean preHandle(
        HttpServletRequest request, HttpServletResponse response, Object handler) {
      for (String coding : Collections.list(request.getHeaders(HttpHeaders.CONTENT_ENCODING))) {
        if (!coding.isBlank() && !coding.strip().equalsIgnoreCase("identity")) {
          throw new UnsupportedMediaTypeStatusException(
              "Content-Encoding: must be identity; send the body uncompressed.");
        }
      }
      return true;
    }
  }
}
