package doni.api.admission;

import doni.api.auth.ClientNetwork;
import doni.api.web.StatusErrorText;
import doni.api.web.StreamPlaces;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Reads the forms of the console, which anyone may send, before anything else does.
 *
 * <p>The protection against request forgery looks for its token in the form before a request is
 * admitted. Tomcat would then read the form, and wait for as long as its client sends a byte now
 * and then. Here a form has the time limit of {@link TimedBodyRequest}, and few are read at the
 * same time: {@value #PLACES}, and {@value #PLACES_OF_CLIENT} of one client. Others get 503.
 */
final class EarlyFormFilter extends OncePerRequestFilter {

  static final int PLACES = 32;
  static final int PLACES_OF_CLIENT = 8;

  private static final int MOST_BYTES = 512 * 1024;
  private static final String RETRY_AFTER_SECONDS = "2";

  private final StreamPlaces places = new StreamPlaces(PLACES, PLACES_OF_CLIENT);

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    String type = request.getContentType();
    return HttpMethod.GET.name().equals(request.getMethod())
        || type == null
        || !type.strip()
            .regionMatches(
                true,
                0,
                MediaType.APPLICATION_FORM_URLENCODED_VALUE,
                0,
                MediaType.APPLICATION_FORM_URLENCODED_VALUE.length());
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Map<String, List<String>> fields;
    try {
      byte[] form = read(request);
      if (form == null) {
        response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        StatusErrorText.write(response, HttpStatus.SERVICE_UNAVAILABLE.value());
        return;
      }
      if (form.length > MOST_BYTES) {
        StatusErrorText.write(response, HttpStatus.CONTENT_TOO_LARGE.value());
        return;
      }
      fields = fields(new String(form, StandardCharsets.UTF_8));
    } catch (SocketTimeoutException _) {
      StatusErrorText.write(response, HttpStatus.REQUEST_TIMEOUT.value());
      return;
    } catch (IllegalArgumentException _) {
      StatusErrorText.write(response, HttpStatus.BAD_REQUEST.value());
      return;
    }
    chain.doFilter(new ReceivedForm(request, fields), response);
  }

  /** Returns the form, or null where there is no place. */
  private byte @Nullable [] read(HttpServletRequest request) throws IOException {
    String client = ClientNetwork.of(request.getRemoteAddr());
    if (!places.acquire(client)) {
      return null;
    }
    try {
      return new TimedBodyRequest(request, System::nanoTime)
          .getInputStream()
          .readNBytes(MOST_BYTES + 1);
    } finally {
      places.release(client);
    }
  }

  /**
   * Reads pairs of name and value.
   *
   * @throws IllegalArgumentException for a percent sign without two digits
   */
  private static Map<String, List<String>> fields(String form) {
    Map<String, List<String>> fields = new LinkedHashMap<>();
    for (String pair : form.split("&", -1)) {
      if (!pair.isEmpty()) {
        int end = pair.indexOf('=');
        String name = decoded(end < 0 ? pair : pair.substring(0, end));
        String value = end < 0 ? "" : decoded(pair.substring(end + 1));
        fields.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
      }
    }
    return fields;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** A request whose parameters are those of its query, then those of its form. */
  private static final class ReceivedForm extends HttpServletRequestWrapper {

    private final Map<String, List<String>> fields;
    private @Nullable Map<String, String[]> all;

    ReceivedForm(HttpServletRequest request, Map<String, List<String>> fields) {
      super(request);
      this.fields = fields;
    }

    /** The container reads the query alone, because the body was read as a stream. */
    @Override
    public Map<String, String[]> getParameterMap() {
      if (all == null) {
        Map<String, String[]> merged = new LinkedHashMap<>(super.getParameterMap());
        fields.forEach((name, values) -> {
          List<String> both = new ArrayList<>(List.of(merged.getOrDefault(name, new String[0])));
          both.addAll(values);
          merged.put(name, both.toArray(String[]::new));
        });
        all = Collections.unmodifiableMap(merged);
      }
      return all;
    }

    @Override
    public @Nullable String getParameter(String name) {
      String[] values = getParameterMap().get(name);
      return values == null ? null : values[0];
    }

    @Override
    public String @Nullable [] getParameterValues(String name) {
      String[] values = getParameterMap().get(name);
      return values == null ? null : values.clone();
    }

    @Override
    public Enumeration<String> getParameterNames() {
      return Collections.enumeration(getParameterMap().keySet());
    }
  }
}
