package doni.api.management;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Which port serves what.
 *
 * @param managementPort that of metrics, health and the API description
 * @param apart whether the API has another one
 */
public record ServedPorts(int managementPort, boolean apart) {

  /** Returns whether a request came to the port of the API. */
  public boolean isOfApi(HttpServletRequest request) {
    return !apart || request.getLocalPort() != managementPort;
  }
}
