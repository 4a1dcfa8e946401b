package doni.api.web;

import doni.database.DatabaseOutageDetector;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.util.DisconnectedClientHelper;

/**
 * Closes the connection of a response that fails after its first bytes were sent. Otherwise it
 * would end as a complete response does, and a client could take a part of a list for all of it.
 *
 * <p>As the first exception resolver, it notices the failure, and keeps the others from adding an
 * error to what was sent. As a filter, it is outside Spring MVC, where Tomcat can be told to close.
 */
final class IncompleteResponseFilter extends OncePerRequestFilter
    implements HandlerExceptionResolver {

  private static final Logger LOG = LoggerFactory.getLogger(IncompleteResponseFilter.class);
  private static final String FAILURE = IncompleteResponseFilter.class.getName();

  @Override
  public @Nullable ModelAndView resolveException(
      HttpServletRequest request,
      HttpServletResponse response,
      @Nullable Object handler,
      Exception failure) {
    if (!response.isCommitted() || isRefusedByTomcat(response)) {
      return null;
    }
    if (DisconnectedClientHelper.isClientDisconnectedException(failure)) {
      LOG.debug("Client of {} {} disconnected", request.getMethod(), request.getRequestURI());
    } else if (DatabaseOutageDetector.causes(failure)) {
      LOG.warn("{} {} interrupted", request.getMethod(), request.getRequestURI(), failure);
    } else {
      LOG.error("{} {} interrupted", request.getMethod(), request.getRequestURI(), failure);
    }
    request.setAttribute(FAILURE, failure);
    return new ModelAndView();
  }

  /**
   * A body that Tomcat cannot read is answered by Tomcat, after the filters; nothing is sent yet.
   */
  private static boolean isRefusedByTomcat(HttpServletResponse response) {
    return HttpStatusCode.valueOf(response.getStatus()).isError();
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    chain.doFilter(request, response);
    if (request.getAttribute(FAILURE) instanceof Exception failure) {
      throw new CloseNowException("the response is incomplete", failure);
    }
  }
}
