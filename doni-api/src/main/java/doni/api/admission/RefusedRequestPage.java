package doni.api.admission;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpStatus;

/** Answers a refused request of a person with a page, where a client of the API gets JSON. */
public interface RefusedRequestPage {

  /** Returns whether a page is the answer to the request. */
  boolean answers(HttpServletRequest request);

  /**
   * Writes the page; the headers of the refusal are set already.
   *
   * @param status 503 if there is no room for any request, 429 if the caller's project has its
   *     share
   */
  void write(HttpServletRequest request, HttpServletResponse response, HttpStatus status)
      throws ServletException, IOException;
}
