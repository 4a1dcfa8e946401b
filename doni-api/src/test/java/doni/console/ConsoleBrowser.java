package doni.console;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** As much of a browser as forms need: cookies, and the hidden token of the last page. */
final class ConsoleBrowser {

  private static final Pattern FORM_TOKEN =
      Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

  private final HttpClient client;
  private final String root;
  private final Map<String, String> cookies = new LinkedHashMap<>();
  private String formToken = "";

  ConsoleBrowser(HttpClient client, String root) {
    this.client = client;
    this.root = root;
  }

  HttpResponse<String> get(String path, String... headers) {
    return send(HttpRequest.newBuilder(URI.create(root + path)).GET(), headers);
  }

  /** Sends a form with the token of the last page; fields are pairs of name and value. */
  HttpResponse<String> post(String path, String... fields) {
    return postWith(formToken, path, fields);
  }

  HttpResponse<String> postWith(String token, String path, String... fields) {
    StringBuilder body = new StringBuilder("_csrf=").append(encoded(token));
    for (int i = 0; i < fields.length; i += 2) {
      body.append('&').append(fields[i]).append('=').append(encoded(fields[i + 1]));
    }
    return send(
        HttpRequest.newBuilder(URI.create(root + path))
            .POST(HttpRequest.BodyPublishers.ofString(body.toString())),
        "Content-Type",
        "application/x-www-form-urlencoded");
  }

  /**
   * Sends a form with a file, which is the part of that name; parts are pairs of name and value.
   */
  HttpResponse<String> postParts(String path, String... parts) {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < parts.length; i += 2) {
      body.append("--boundary\r\nContent-Disposition: form-data; name=\"")
          .append(parts[i])
          .append('"');
      body.append(parts[i].equals("file") ? "; filename=\"devices.csv\"" : "");
      body.append("\r\n\r\n").append(parts[i + 1]).append("\r\n");
    }
    return postRaw(
        path, "multipart/form-data; boundary=boundary", body.append("--boundary--\r\n").toString());
  }

  HttpResponse<String> postRaw(String path, String contentType, String body) {
    return send(
        HttpRequest.newBuilder(URI.create(root + path))
            .POST(HttpRequest.BodyPublishers.ofString(body)),
        "Content-Type",
        contentType);
  }

  /** Sends a form of a page of another site. */
  HttpResponse<String> postFrom(String origin, String path, String body) {
    return send(
        HttpRequest.newBuilder(URI.create(root + path))
            .POST(HttpRequest.BodyPublishers.ofString(body)),
        "Content-Type",
        "application/x-www-form-urlencoded",
        "Origin",
        origin);
  }

  /** Sends a form with the token of the last page, and where the page with it is from. */
  HttpResponse<String> postFetched(String site, String path) {
    return send(
        HttpRequest.newBuilder(URI.create(root + path))
            .POST(HttpRequest.BodyPublishers.ofString("_csrf=" + encoded(formToken))),
        "Content-Type",
        "application/x-www-form-urlencoded",
        "Sec-Fetch-Site",
        site);
  }

  /** Returns the token of the last page. */
  String formToken() {
    return formToken;
  }

  /** Logs in with a password; a user of several projects chooses the last one named. */
  ConsoleBrowser logIn(String user, String password) {
    get("/console/login");
    post(
        "/console/login",
        "method",
        "password",
        "user",
        user,
        "secret",
        password,
        "domain",
        "Default");
    return this;
  }

  /** Opens a stream of server-sent events; closing its body disconnects. */
  HttpResponse<Stream<String>> open(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(root + path))
            .header("Accept", "text/event-stream")
            .header("Cookie", cookieHeader())
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofLines());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  Optional<String> cookie(String name) {
    return Optional.ofNullable(cookies.get(name));
  }

  void plant(String name, String value) {
    cookies.put(name, value);
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String... headers) {
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    if (!cookies.isEmpty()) {
      request.header("Cookie", cookieHeader());
    }
    try {
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      response.headers().allValues("Set-Cookie").forEach(this::keep);
      Matcher token = FORM_TOKEN.matcher(response.body());
      if (token.find()) {
        formToken = token.group(1);
      }
      return response;
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private String cookieHeader() {
    return cookies.entrySet().stream()
        .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
        .collect(Collectors.joining("; "));
  }

  private void keep(String header) {
    String[] pair = header.split(";", 2)[0].split("=", 2);
    if (header.contains("Max-Age=0") || pair[1].isEmpty()) {
      cookies.remove(pair[0]);
    } else {
      cookies.put(pair[0], pair[1]);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
