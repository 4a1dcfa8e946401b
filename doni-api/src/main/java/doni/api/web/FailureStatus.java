package doni.api.web;

import doni.database.DatabaseOutageDetector;
import doni.request.RequestRefusedException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/** The status codes of failures, for the API and the console. */
public final class FailureStatus {

  private FailureStatus() {}

  /** Returns the status of a refusal. */
  public static HttpStatus of(RequestRefusedException refusal) {
    return switch (refusal) {
      case RequestRefusedException.Invalid _ -> HttpStatus.BAD_REQUEST;
      case RequestRefusedException.Forbidden _, RequestRefusedException.QuotaExceeded _ ->
          HttpStatus.FORBIDDEN;
      case RequestRefusedException.NotFound _ -> HttpStatus.NOT_FOUND;
      case RequestRefusedException.Conflict _ -> HttpStatus.CONFLICT;
      case RequestRefusedException.Stale _ -> HttpStatus.PRECONDITION_FAILED;
    };
  }

  /** Returns 500 for a defect, and 503 while the database is unavailable. */
  public static HttpStatusCode of(Exception failure) {
    return switch (failure) {
      case RequestRefusedException refusal -> of(refusal);
      case InvalidParameterException _ -> HttpStatus.BAD_REQUEST;
      case RequestRejectedException _ -> HttpStatus.BAD_REQUEST;
      case MethodArgumentTypeMismatchException _ -> HttpStatus.BAD_REQUEST;
      case ErrorResponse response -> response.getStatusCode();
      default ->
          DatabaseOutageDetector.causes(failure)
              ? HttpStatus.SERVICE_UNAVAILABLE
              : HttpStatus.INTERNAL_SERVER_ERROR;
    };
  }
}
