package doni.openstack;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call to a service, with JSON in and out.
 *
 * @param path below the service's endpoint, with a leading slash and the query; its segments are
 *     already percent-encoded ({@link #segment}). A version that it begins with, and that the
 *     endpoint ends in, is sent once
 * @param body what Jackson can write; null for none. A {@link doni.enrollment.Secret} in it is sent
 *     as its value, and is masked where the service quotes it
 * @param headers in addition to the token, {@code Accept} and {@code Content-Type}
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

  /** Whether it may change something at the service. */
  public boolean isWrite() {
    return !method.equals("GET");
  }

  /** Text as one segment of a path or one value of a query. */
  public static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Without the body, which may hold secrets. */
  @Override
  public String toString() {
    return method + " " + path;
  }
}
