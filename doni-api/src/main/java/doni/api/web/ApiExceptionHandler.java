package doni.api.web;

import doni.database.DatabaseOutageDetector;
import doni.request.RequestRefusedException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.util.DisconnectedClientHelper;

/** Maps every exception of a controller or the framework to a response. */
@RestControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
class ApiExceptionHandler extends ResponseEntityExceptionHandler {

  private static final Logger LOG = LoggerFactory.getLogger(ApiExceptionHandler.class);
  private static final String RETRY_AFTER_SECONDS = "5";

  @ExceptionHandler
  ResponseEntity<Object> refused(RequestRefusedException refusal) {
    return answer(
        FailureStatus.of(refusal), new HttpHeaders(), String.valueOf(refusal.getMessage()));
  }

  /**
   * Tomcat decodes the query string and Spring Security's firewall checks names of parameters and
   * headers on first access, so these exceptions come from a controller.
   */
  @ExceptionHandler({InvalidParameterException.class, RequestRejectedException.class})
  ResponseEntity<Object> undecodable(RuntimeException e) {
    HttpStatus status = HttpStatus.BAD_REQUEST;
    return answer(status, new HttpHeaders(), StatusErrorText.of(status.value()));
  }

  /** A body that is read by a controller itself; see also handleHttpMessageNotReadable. */
  @ExceptionHandler
  ResponseEntity<Object> late(SocketTimeoutException e) {
    HttpStatus status = HttpStatus.REQUEST_TIMEOUT;
    return answer(status, new HttpHeaders(), StatusErrorText.of(status.value()));
  }

  /** Leaves refusals of Spring Security to its own handlers. */
  @ExceptionHandler({AccessDeniedException.class, AuthenticationException.class})
  ResponseEntity<Object> notAllowed(RuntimeException e) {
    throw e;
  }

  @ExceptionHandler
  @Nullable ResponseEntity<Object> failed(
      Exception failure, HttpServletRequest request, HttpServletResponse response) {
    if (DisconnectedClientHelper.isClientDisconnectedException(failure)) {
      LOG.debug("Client of {} {} disconnected", request.getMethod(), request.getRequestURI());
      return null;
    }
    if (DatabaseOutageDetector.causes(failure)) {
      // The engine's filter logs the first of many that are alike, without the stack trace.
      LOG.warn("{} {} refused", request.getMethod(), request.getRequestURI(), failure);
      return unavailable();
    }
    LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), failure);
    String requestId = response.getHeader(StatusErrorText.REQUEST_ID_HEADER);
    HttpStatus status = HttpStatus.INTERNAL_SERVER_ERROR;
    String text = StatusErrorText.of(status.value());
    return answer(
        status, new HttpHeaders(), requestId == null ? text : text + " Request: " + requestId);
  }

  private static ResponseEntity<Object> unavailable() {
    HttpHeaders headers = new HttpHeaders();
    headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    HttpStatus status = HttpStatus.SERVICE_UNAVAILABLE;
    return answer(status, headers, "The database is unavailable. Try again later.");
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
      HttpMessageNotReadableException e,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    HttpStatusCode actual =
        e.getCause() instanceof SocketTimeoutException ? HttpStatus.REQUEST_TIMEOUT : status;
    return answer(actual, headers, "The body must be valid JSON; it is missing or incomplete.");
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleExceptionInternal(
      Exception e,
      @Nullable Object body,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    if (status.is5xxServerError()) {
      LOG.error("{} failed", request.getDescription(false), e);
    }
    return answer(status, headers, text(e, status));
  }

  private static String text(Exception e, HttpStatusCode status) {
    return switch (e) {
      case HttpRequestMethodNotSupportedException m ->
          m.getMethod() + " is not allowed here. Allowed: " + m.getHeaders().getFirst("Allow");
      case HttpMediaTypeNotSupportedException m -> wrongType(m.getSupportedMediaTypes());
      case UnsupportedMediaTypeStatusException m when m.getSupportedMediaTypes().isEmpty() ->
          String.valueOf(m.getReason());
      case UnsupportedMediaTypeStatusException m -> wrongType(m.getSupportedMediaTypes());
      case HttpMediaTypeNotAcceptableException _ -> "Responses are application/json.";
      default -> StatusErrorText.of(status.value());
    };
  }

  private static String wrongType(List<MediaType> supported) {
    return supported.stream()
        .map(MediaType::toString)
        .distinct()
        .sorted()
        .collect(Collectors.joining(" or ", "The body must be UTF-8 of type ", "."));
  }

  private static ResponseEntity<Object> answer(
      HttpStatusCode status, HttpHeaders headers, String text) {
    return ResponseEntity.status(status)
        .headers(headers)
        .contentType(MediaType.APPLICATION_JSON)
        .body(ErrorResponseBody.of(status.value(), text));
  }
}
