package doni.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Reads pages of the console over HTTP, without a real browser. */
final class ConsoleBrowser implements AutoCloseable {

  private static final Pattern FORM_TOKEN =
      Pattern.compile("name=\"_csrf\"[^>]*value=\"([^\"]+)\"");

  private final HttpClient http =
      HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
  private final URI service;

  ConsoleBrowser(URI service) {
    this.service = service;
  }

  HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(service.resolve(path)).build(), BodyHandlers.ofByteArray());
  }

  String text(String path) throws IOException, InterruptedException {
    return new String(get(path).body(), StandardCharsets.UTF_8);
  }

  void logIn(String user, String password) throws IOException, InterruptedException {
    String token =
        FORM_TOKEN
            .matcher(text("/console/login"))
            .results()
            .map((MatchResult form) -> form.group(1))
            .findFirst()
            .orElseThrow();
    HttpRequest login =
        HttpRequest.newBuilder(service.resolve("/console/login"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(
                BodyPublishers.ofString(
                    "method=password&domain=Default&user=%s&secret=%s&_csrf=%s"
                        .formatted(user, encoded(password), encoded(token))))
            .build();
    assertThat(http.send(login, BodyHandlers.ofString()).statusCode()).isEqualTo(302);
    assertThat(get("/console").statusCode()).isEqualTo(200);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
