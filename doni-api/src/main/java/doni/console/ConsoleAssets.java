package doni.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/**
 * The style sheet, the scripts and the icon. Their paths contain a hash of their content, so a
 * browser never needs to ask for them twice.
 */
@ConsoleController
class ConsoleAssets {

  private static final String HTMX = "META-INF/maven/org.webjars.npm/htmx.org/pom.properties";
  private static final int HASH_LENGTH = 16;

  private record Asset(String hash, String type, ByteBuffer content) {}

  private final Map<String, Asset> assets =
      Map.of(
          "console.css", asset("console/assets/console.css", "text/css;charset=UTF-8"),
          "console.js", asset("console/assets/console.js", "text/javascript;charset=UTF-8"),
          "icon.svg", asset("console/assets/icon.svg", "image/svg+xml"),
          "htmx.min.js", asset(htmx(), "text/javascript;charset=UTF-8"));

  /** Returns the path of an asset, for the templates. */
  public String path(String name) {
    Asset asset = Objects.requireNonNull(assets.get(name), name);
    return ConsolePaths.ASSETS + "/" + asset.hash() + "/" + name;
  }

  @GetMapping(ConsolePaths.ASSETS + "/{hash}/{name}")
  void send(
      @PathVariable String hash,
      @PathVariable String name,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    Asset asset = assets.get(name);
    if (asset == null || !asset.hash().equals(hash)) {
      throw new UnknownPageException();
    }
    String tag = "\"" + hash + "\"";
    response.setHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=31536000, immutable");
    response.setHeader(HttpHeaders.ETAG, tag);
    if (tag.equals(request.getHeader(HttpHeaders.IF_NONE_MATCH))) {
      response.setStatus(HttpStatus.NOT_MODIFIED.value());
      return;
    }
    response.setContentType(asset.type());
    response.setContentLength(asset.content().remaining());
    response.getOutputStream().write(asset.content().array());
  }

  /** Returns where the WebJar has htmx: its path contains the version. */
  private static String htmx() {
    try (InputStream pom = new ClassPathResource(HTMX).getInputStream()) {
      Properties properties = new Properties();
      properties.load(pom);
      return "META-INF/resources/webjars/htmx.org/%s/dist/htmx.min.js"
          .formatted(properties.getProperty("version"));
    } catch (IOException e) {
      throw new IllegalStateException("the WebJar of htmx is missing", e);
    }
  }

  private static Asset asset(String path, String type) {
    try {
      byte[] content = new ClassPathResource(path).getContentAsByteArray();
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return new Asset(
          HexFormat.of().formatHex(hash).substring(0, HASH_LENGTH), type, ByteBuffer.wrap(content));
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(path + " cannot be read", e);
    }
  }
}
