package doni.api.web;

import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces Tomcat's error page with a JSON body, for requests that Tomcat refuses and for failed
 * filters. Tomcat creates it from its class name, so it is public and has no dependencies.
 */
public final class JsonErrorValve extends ErrorReportValve {

  private static final Logger LOG = LoggerFactory.getLogger(JsonErrorValve.class);

  @Override
  protected void report(Request request, Response response, @Nullable Throwable failure) {
    int status = response.getStatus();
    if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
      return;
    }
    try {
      StatusErrorText.write(response, status);
      response.finishResponse();
    } catch (IOException | IllegalStateException e) {
      LOG.debug("Client disconnected before it received status {}", status, e);
    }
  }
}
