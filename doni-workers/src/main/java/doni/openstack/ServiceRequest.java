package doni.openstack;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call to a service, with JSON in and out.
 *
 * @param path path below the service's endpoint, with a leading slash and the query; its segments
 *     are percent-encoded ({@link #segment}). A version at its start that the endpoint ends in is
 *     sent once
 * @param body value that Jackson can write; null for none. A {@link doni.enrollment.Secret} in it
 *     is sent as its value, and masked if the service quotes it
 * @param headers headers besides the token, {@code Accept} and {@code Content-Type}
 */
public record ServiceRequest(
    String method, String path, @Nullable Object body, Map<String, String> headers) {

  public ServiceRequest {
    headers = Map.copyOf(headers);
  }

  public static ServiceRequest get(String path) {
    return new ServiceRequest("GET", path, null, Map.of());
  }

  public static ServiceRequest post(String path, Object body) {
    return new ServiceRequest("POST", path, body, Map.of());
  }

  public static ServiceRequest put(String path, Object body) {
    return new ServiceRequest("PUT", path, body, Map.of());
  }

  public static ServiceRequest patch(String path, Object body) {
    return new ServiceRequest("PATCH", path, body, Map.of());
  }

  public static ServiceRequest delete(String path) {
    return new ServiceRequest("DELETE", path, null, Map.of());
  }

  public ServiceRequest withHeader(String name, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(name, value);
    return new ServiceRequest(method, path, body, more);
  }

  /** Returns whether the call may change something at the service. */
  public boolean isWrite() {
    return !method.equals("GET");
  }

  /** Returns the method and the path without its query, for messages. */
  public String call() {
    return method + " " + path.replaceFirst("\\?.*", "");
  }

  /** Encodes a text as one segment of a path or one value of a query. */
  public static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Returns the method and the path; the body and the headers may contain secrets. */
  @Override
  public String toString() {
    return method + " " + path;
  }
}
