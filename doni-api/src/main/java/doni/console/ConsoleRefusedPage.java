package doni.console;

import doni.api.admission.RefusedRequestPage;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpStatus;

/** Shows whom the limits of the service refuse that in the console's style and language. */
final class ConsoleRefusedPage implements RefusedRequestPage {

  /** Attribute of the request that is forwarded: the status. */
  static final String STATUS = ConsoleRefusedPage.class.getName() + ".status";

  @Override
  public boolean answers(HttpServletRequest request) {
    String path = request.getServletPath();
    return path.equals(ConsolePaths.ROOT) || path.startsWith(ConsolePaths.ROOT + "/");
  }

  @Override
  public void write(HttpServletRequest request, HttpServletResponse response, HttpStatus status)
      throws ServletException, IOException {
    request.setAttribute(STATUS, status);
    request.getRequestDispatcher(ConsolePaths.REFUSED).forward(request, response);
  }
}
