package doni.api.hardware;

import doni.enrollment.Generation;
import doni.request.RequestRefusedException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the headers {@code If-Match} and {@code Idempotency-Key}. */
final class RequestHeaderReader {

  private static final String IF_MATCH = "If-Match";
  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

  /** One entity tag with its separator (RFC 9110, section 8.8.3). */
  private static final Pattern TAG =
      Pattern.compile("[ \\t]*(W/)?\"([\\x21\\x23-\\x7e\\x80-\\xff]*)\"[ \\t]*(?:,|$)");

  /** A generation; after it, what workers had reported, which a change does not depend on. */
  private static final Pattern VERSION = Pattern.compile("([1-9][0-9]{0,17})(?:-[A-Za-z0-9_-]+)?");

  private static final Pattern KEY = Pattern.compile("[\\x20-\\x7e]{1,255}");
  private static final int MAX_TAGS = 20;

  private RequestHeaderReader() {}

  /**
   * Returns the generations in {@code If-Match}, of which the device must have one; null without
   * that header, or with {@code *}. A weak or foreign tag becomes generation zero, which no device
   * has.
   */
  public static @Nullable Set<Generation> expected(HttpServletRequest request) {
    List<String> lines = Collections.list(request.getHeaders(IF_MATCH));
    String header = String.join(",", lines).strip();
    if (lines.isEmpty() || header.equals("*")) {
      return null;
    }
    Set<Generation> generations = new LinkedHashSet<>();
    Matcher tag = TAG.matcher(header);
    for (int tags = 0; tag.lookingAt() && tags < MAX_TAGS; tags++) {
      generations.add(tag.group(1) == null ? generation(tag.group(2)) : Generation.NONE);
      if (tag.end() == header.length() && !header.endsWith(",")) {
        return generations;
      }
      tag.region(tag.end(), header.length());
    }
    throw new RequestRefusedException.Invalid(
        "If-Match: must be * or at most %d entity tags such as \"3\"".formatted(MAX_TAGS));
  }

  private static Generation generation(String tag) {
    Matcher version = VERSION.matcher(tag);
    return version.matches() ? new Generation(Long.parseLong(version.group(1))) : Generation.NONE;
  }

  static @Nullable public String idempotencyKey(HttpServletRequest request) {
    List<String> keys = Collections.list(request.getHeaders(IDEMPOTENCY_KEY));
    if (keys.isEmpty()) {
      return null;
    }
    if (keys.size() > 1 || !KEY.matcher(keys.getFirst()).matches()) {
      throw new RequestRefusedException.Invalid(
          IDEMPOTENCY_KEY + ": must be given once, as 1 to 255 printable ASCII characters");
    }
    return keys.getFirst();
  }
}
